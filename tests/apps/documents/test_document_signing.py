import hashlib
import io
import multiprocessing
import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.apps.documents.rooting import root_of
from tests.apps.documents.samples import LETTER, ON
from yinuo.engine.documents.development_ca import DevelopmentCA
from yinuo.engine.documents.render import render_pdf
from yinuo.engine.documents.signing import Signatory, SignatureReport, SigningError, load_provider, verify_pdf

UNIT = Signatory("91622927MA74XQ2K05", "积石山绿源有机肥有限公司", "韩玉兰")
AT = ON + timedelta(minutes=3)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentCA:
    return DevelopmentCA(tmp_path_factory.mktemp("keys") / "ca")


@pytest.fixture(scope="module")
def letter() -> bytes:
    return render_pdf("commitment_letter", LETTER, ON)


@pytest.fixture(scope="module")
def signed(ca: DevelopmentCA, letter: bytes) -> bytes:
    return ca.sign_pdf(letter, UNIT, at=AT, reason="信用承诺")


@pytest.fixture(scope="module")
def judge(ca: DevelopmentCA) -> Callable[[bytes, str | None], SignatureReport]:
    roots = ca.roots()
    return lambda data, expected: verify_pdf(data, expected, roots=roots, at=AT)


Judge = Callable[[bytes, str | None], SignatureReport]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def gap(signed: bytes) -> range:
    start = signed.index(b"/Contents <") + len(b"/Contents <")
    return range(start, signed.index(b">", start))


def altered(data: bytes, position: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1 << bit
    return bytes(changed)


def test_a_signed_letter_is_valid_names_its_signer_and_covers_the_whole_file(signed: bytes, judge: Judge) -> None:
    report = judge(signed, digest(signed))
    assert report == SignatureReport(True, (), UNIT.name, UNIT.id, AT, True)
    assert judge(signed, None).valid
    assert judge(signed, digest(signed).upper()).valid


def test_signing_leaves_the_document_a_prefix_of_the_signed_file(letter: bytes, signed: bytes) -> None:
    assert signed.startswith(letter)
    assert len(signed) > len(letter)


def test_the_signing_instant_is_the_one_given(ca: DevelopmentCA, letter: bytes, judge: Judge) -> None:
    long_ago = datetime(2021, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=8)))
    report = judge(ca.sign_pdf(letter, UNIT, at=long_ago, reason="历史"), None)
    assert report.valid
    assert report.signed_at == long_ago
    with pytest.raises(SigningError, match="时区"):
        ca.sign_pdf(letter, UNIT, at=datetime(2026, 1, 1), reason="无时区")


def test_one_altered_byte_anywhere_is_refused_by_the_digest(signed: bytes, judge: Judge) -> None:
    chance = random.Random(20230116)
    hole = gap(signed)
    der = bytes.fromhex(signed[hole.start : hole.stop].decode())
    padding = hole.start + 2 * (4 + int.from_bytes(der[2:4]))
    positions = [0, 8, len(signed) - 1, hole.start - 1, hole.start, padding, padding + 1, hole.stop - 1, hole.stop]
    positions += chance.sample(range(len(signed)), 21) + chance.sample(hole, 10)
    assert len(positions) == 40
    for position in positions:
        report = judge(altered(signed, position, chance.randrange(8)), digest(signed))
        assert not report.valid, position
        assert any("SHA-256" in reason for reason in report.reasons)


def test_one_altered_byte_outside_the_signature_is_refused_without_the_digest(signed: bytes, judge: Judge) -> None:
    chance = random.Random(118)
    hole = gap(signed)
    for position in chance.sample([*range(hole.start - 1), *range(hole.stop + 1, len(signed))], 40):
        assert not judge(altered(signed, position, chance.randrange(8)), None).valid, position


def test_most_altered_bytes_of_the_signature_and_all_of_its_padding_are_refused_without_the_digest(
    signed: bytes, judge: Judge
) -> None:
    chance = random.Random(7)
    hole = gap(signed)
    der = bytes.fromhex(signed[hole.start : hole.stop].decode())
    end = hole.start + 2 * (4 + int.from_bytes(der[2:4]))
    refused = [
        not judge(altered(signed, position, chance.randrange(8)), None).valid
        for position in chance.sample(range(hole.start, end), 40)
    ]
    assert sum(refused) >= 36
    for position in chance.sample(range(end, hole.stop), 20):
        report = judge(altered(signed, position, chance.randrange(8)), None)
        assert not report.valid, position


def test_the_case_of_a_hexadecimal_digit_of_the_signature_counts_too(signed: bytes, judge: Judge) -> None:
    hole = gap(signed)
    letter_digit = next(position for position in hole if signed[position : position + 1] in b"ABCDEF")
    report = judge(altered(signed, letter_digit, 5), None)
    assert report.reasons == ("签名区不规范，可能被改动",)


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%%EOF\n", b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n", b"\0" * 4096])
def test_appended_bytes_are_refused_with_and_without_the_digest(signed: bytes, judge: Judge, tail: bytes) -> None:
    report = judge(signed + tail, None)
    assert not report.valid
    assert not report.covers_entire_file
    assert not judge(signed + tail, digest(signed)).valid


def test_a_second_revision_is_refused_though_it_is_well_formed(signed: bytes, judge: Judge) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.add_object(generic.pdf_string("另加的内容"))
    out = io.BytesIO()
    writer.write(out)
    revised = out.getvalue()
    assert revised.startswith(signed)
    assert not judge(revised, None).valid


def test_a_cut_an_empty_and_an_unsigned_file_are_refused(letter: bytes, signed: bytes, judge: Judge) -> None:
    assert judge(letter, None).reasons == ("文件没有电子签名",)
    assert not judge(signed[:-1], None).valid
    assert not judge(signed[: len(signed) // 2], None).valid
    assert not judge(b"", None).valid
    assert not judge("不是PDF".encode(), None).valid


def test_another_authority_s_signature_is_not_trusted(letter: bytes, judge: Judge, tmp_path: Path) -> None:
    stranger = DevelopmentCA(tmp_path / "stranger")
    report = judge(stranger.sign_pdf(letter, UNIT, at=AT, reason="冒名"), None)
    assert not report.valid
    assert "签名证书不受信任" in report.reasons


def test_a_certificate_out_of_its_time_is_not_trusted(ca: DevelopmentCA, signed: bytes) -> None:
    late = datetime(2051, 1, 1, tzinfo=timezone(timedelta(hours=8)))
    assert not verify_pdf(signed, None, roots=ca.roots(), at=late).valid


def test_another_valid_document_of_the_same_signer_is_refused_by_the_digest(
    ca: DevelopmentCA, signed: bytes, judge: Judge
) -> None:
    other = ca.sign_pdf(
        render_pdf("commitment_letter", LETTER | {"number": "CN-9"}, ON), UNIT, at=AT, reason="信用承诺"
    )
    assert judge(other, None).valid
    assert not judge(other, digest(signed)).valid


def test_keys_are_kept_for_the_service_alone_and_used_again(tmp_path: Path, letter: bytes) -> None:
    first = DevelopmentCA(tmp_path / "ca")
    signed = first.sign_pdf(letter, UNIT, at=AT, reason="一")
    again = DevelopmentCA(tmp_path / "ca")
    assert list(first.roots()) == list(again.roots())
    assert verify_pdf(signed, None, roots=again.roots(), at=AT).valid
    again.sign_pdf(letter, UNIT, at=AT, reason="二")
    keys = sorted((tmp_path / "ca").glob("*.pem"))
    assert len(keys) == 2
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
    assert (tmp_path / "ca").stat().st_mode & 0o777 == 0o700


def test_a_key_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(SigningError, match="0700"):
        DevelopmentCA(folder)


def test_processes_that_start_together_agree_on_one_root(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        # A worker that is killed answers nothing: the test fails then, and does not wait for ever.
        roots = pool.map_async(root_of, [str(tmp_path / "shared")] * 2, chunksize=1).get(timeout=120)
    assert len(set(roots)) == 1


def test_a_renamed_unit_signs_under_its_new_name(ca: DevelopmentCA, letter: bytes, judge: Judge) -> None:
    renamed = Signatory(UNIT.id, "积石山绿源生物科技有限公司")
    report = judge(ca.sign_pdf(letter, renamed, at=AT, reason="更名后"), None)
    assert (report.valid, report.signer, report.signer_id) == (True, renamed.name, UNIT.id)


def test_settings_name_the_provider(tmp_path: Path) -> None:
    provider = load_provider("yinuo.engine.documents.development_ca.DevelopmentCA", directory=tmp_path / "named")
    assert isinstance(provider, DevelopmentCA)
    with pytest.raises(AttributeError):
        load_provider("yinuo.engine.documents.development_ca.NoSuchCA")
