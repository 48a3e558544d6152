"""The anchor's contract on a chain that speaks Ethereum's JSON-RPC (FISCO BCOS 3.x, Besu, others), through `web3` of
the extra `anchor`.

Transactions are of the old kind with a gas price: every such chain takes them, those without gas too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 10
COMPILED = Path(__file__).parent / "contract" / "LogAnchor.json"
DEARER = 1.25


class Unreachable(Exception):
    """The chain does not answer, or `web3` is not installed: to be tried again."""


class Declined(Exception):
    """The chain answers, and says no; the message is its own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A head as the contract has it; size 0 = none.

    `number`: of the block it came with; `transaction` only where the history was asked.
    """

    size: int
    root: bytes
    number: int
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signed transaction; sent twice it counts once."""

    raw: bytes
    hash: str
    nonce: int
    chain_id: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction: `accepted` by the contract or not, and where; `contract` of one that made one."""

    accepted: bool
    number: int
    block: str
    gas: int
    contract: str


@cache
def compiled() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(COMPILED.read_text(encoding="utf-8"))
    return found


def _web3() -> Any:
    """The library, loaded when first asked for. It lets Python recurse a hundred times deeper: whoever sends deeply
    nested data could then end the process, so that is taken back.
    """
    deepest = sys.getrecursionlimit()
    try:
        import web3
        from eth_account import Account  # noqa: F401  loads the rest of what raises the limit
    except ImportError:
        raise Unreachable(
            "没有安装 web3，不能锚定：请运行 pip install 'yinuo[anchor]'（或者按 requirements-anchor.lock 安装）"
        ) from None
    finally:
        sys.setrecursionlimit(deepest)
    return web3


def address_of(private: bytes) -> str:
    """The account of a private key. Raises Declined for bytes that are none."""
    _web3()
    from eth_account import Account

    try:
        return str(Account.from_key(private).address)
    except Exception as error:
        raise Declined(f"这不是可用的私钥：{error}") from None


def new_private() -> bytes:
    _web3()
    from eth_account import Account

    return bytes(Account.create().key)


class Evm:
    """One contract on one chain. Every method raises Unreachable or Declined."""

    def __init__(self, rpc: str, contract: str = "") -> None:
        web3 = _web3()
        provider = web3.HTTPProvider(
            rpc, request_kwargs={"timeout": TIMEOUT_SECONDS}, exception_retry_configuration=None
        )
        self._web3 = web3.Web3(provider)
        self.contract = contract
        with self._said():
            where = {"address": self._web3.to_checksum_address(contract)} if contract else {}
            self._contract = self._web3.eth.contract(abi=compiled()["abi"], bytecode=compiled()["bytecode"], **where)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """The library's many errors as our two."""
        from requests.exceptions import RequestException
        from web3.exceptions import BadFunctionCallOutput, Web3Exception, Web3RPCError

        try:
            yield
        except (RequestException, TimeoutError) as error:
            raise Unreachable(f"区块链节点没有应答：{error}") from None
        except BadFunctionCallOutput:
            raise Declined(f"地址 {self.contract} 上没有锚定合约：请核对 YINUO_ANCHOR_CONTRACT 和所连的链") from None
        except Web3RPCError as error:
            raise Declined(f"区块链节点拒绝：{error.message}") from None
        except (Web3Exception, ValueError, TypeError) as error:
            raise Declined(f"区块链节点的答复不能用：{error}") from None

    def chain_id(self) -> int:
        with self._said():
            return int(self._web3.eth.chain_id)

    def need_contract(self) -> None:
        """Raises Declined unless the program at the address is this contract's."""
        with self._said():
            there = self._web3.eth.get_code(self._contract.address)
        if f"0x{bytes(there).hex()}" != compiled()["deployed"]:
            raise Declined(
                f"地址 {self.contract} 上的程序不是本平台的锚定合约：请核对 YINUO_ANCHOR_CONTRACT 和所连的链"
            )

    def head(self, account: str, log: bytes) -> Kept:
        with self._said():
            size, root, number = self._contract.functions.headOf(account, log).call()
        return Kept(size, bytes(root), number)

    def history(self, account: str, log: bytes, from_block: int = 0) -> list[Kept]:
        """Every head ever anchored, oldest first, each out of the event of its transaction."""
        with self._said():
            found = self._contract.events.Anchored().get_logs(
                from_block=from_block, argument_filters={"account": account, "log": log}
            )
        rows = sorted(found, key=lambda one: (one["blockNumber"], one["logIndex"]))
        return [
            Kept(
                one["args"]["size"],
                bytes(one["args"]["root"]),
                one["blockNumber"],
                f"0x{bytes(one['transactionHash']).hex()}",
            )
            for one in rows
        ]

    def prepare(self, private: bytes, log: bytes, size: int, root: bytes, *, instead_of: int | None = None) -> Prepared:
        """The transaction that anchors a head; `instead_of`: in the place of the one of that nonce, a little dearer."""
        return self._signed(private, self._contract.functions.anchor(log, size, root), instead_of)

    def prepare_contract(self, private: bytes) -> Prepared:
        """The transaction that puts the contract on the chain."""
        return self._signed(private, self._contract.constructor(), None)

    def _signed(self, private: bytes, call: Any, instead_of: int | None) -> Prepared:
        from eth_account import Account

        signer = Account.from_key(private)
        with self._said():
            eth = self._web3.eth
            nonce = eth.get_transaction_count(signer.address, "pending") if instead_of is None else instead_of
            price = int(eth.gas_price * (1 if instead_of is None else DEARER))
            base = {"from": signer.address, "nonce": nonce, "gasPrice": price, "chainId": int(eth.chain_id)}
            built = call.build_transaction({**base, "gas": int(call.estimate_gas(base) * 1.2)})
            made = signer.sign_transaction(built)
        return Prepared(bytes(made.raw_transaction), f"0x{bytes(made.hash).hex()}", nonce, base["chainId"])

    def send(self, raw: bytes) -> None:
        """Hands it over; one that is known already is fine."""
        try:
            with self._said():
                self._web3.eth.send_raw_transaction(raw)
        except Declined as error:
            if (
                "already known" not in str(error)
                and "already imported" not in str(error)
                and "AlreadyKnown" not in str(error)
            ):
                raise

    def receipt(self, hash: str) -> Receipt | None:
        """None = not in a block yet."""
        from web3.exceptions import TransactionNotFound

        with self._said():
            try:
                found = self._web3.eth.get_transaction_receipt(hash)
            except TransactionNotFound:
                return None
        if found is None or found["blockNumber"] is None:
            return None
        return Receipt(
            found["status"] == 1,
            found["blockNumber"],
            f"0x{bytes(found['blockHash']).hex()}",
            found["gasUsed"],
            str(found["contractAddress"] or ""),
        )
