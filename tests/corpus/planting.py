"""The secret, how it may be written, and a file that holds it."""

from dataclasses import dataclass, field

# As long as the description in Pillow's own sRGB profile, which it replaces there.
CANARY = "CANARY7411QXZ"
WORD = CANARY.encode()


@dataclass(frozen=True, slots=True)
class Planted:
    """A file that holds the canary at `place`, which is named once in the whole corpus."""

    place: str
    data: bytes = field(repr=False)


def forms(canary: str = CANARY) -> list[bytes]:
    """How the canary may be written in a file."""
    plain = canary.encode()
    written = [plain, canary.encode("utf-16-le"), canary.encode("utf-16-be"), plain[::-1]]
    digits = [each.hex() for each in written[:3]]
    return [
        *written,
        *(each.encode() for each in digits),
        *(each.upper().encode() for each in digits),
    ]


def xmp(canary: str = CANARY) -> bytes:
    """A packet of XMP that names somebody."""
    name = f"<dc:creator>{canary}</dc:creator>"
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    about = f'<rdf:Description rdf:about="" {space}>{name}</rdf:Description>'
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{about}</rdf:RDF>'
    head, tail = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>', '<?xpacket end="w"?>'
    return f'{head}<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>{tail}'.encode()
