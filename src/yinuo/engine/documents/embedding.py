"""Files inside a PDF, put there before it is signed, so that the signature covers them too."""

from __future__ import annotations

import io

from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def embed_file(pdf: bytes, name: str, data: bytes, description: str) -> bytes:
    """The document with one more file; what was there stays byte for byte a prefix.

    `name` is plain ASCII. The file stands uncompressed: a page can take it out without being able to read PDF.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    content = embed.EmbeddedFileObject.from_file_data(writer, data, compress=False, mime_type="text/plain")
    supplement = generic.NameObject("/Supplement")
    embed.embed_file(
        writer,
        embed.FileSpec(
            name, file_name=name, embedded_data=content, description=description, af_relationship=supplement
        ),
    )
    made = io.BytesIO()
    writer.write(made)  # type: ignore[no-untyped-call]
    return made.getvalue()
