"""Sealing, fingerprints, receipt keys: frozen vectors, round trips and every kind of forgery."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import receipt
from storage import crypto, keys, padding
from storage.crypto import CaseKey, Unopenable
from storage.keys import Keys, MissingKey, Purpose, TwinKeys, WrongMasterKey
from storage.stretching import Stretcher

MASTER = bytes(range(32))
TIP, PART = b"t" * 16, b"p" * 16
CODE = "7KADF2XQ9TMR4WBN"
SALT = bytes(range(16))
STRETCHED = bytes.fromhex("b10fc6db8f6021c1dba4f90f85031f085d03ed610dcb7af51d33a6bc4c51f3ab")
SEALED_STAFF = bytes.fromhex(
    "0102016961d12acaf1b657c141c7c069423a4626c0e2c279e5bce8a2e787795fae6c38728ca0da03146d1f1bb687"
    "e2e917c0a30ad3184814a3424c"
)
WRAP_FOR_SEED = bytes.fromhex(
    "01fc000ddb3eae1dea77f9ac7b8e5fb6ea97e1881f94c9103c7c1955f3090d80d739562a2da0a136601898b1b369"
    "604a24fa3ff12c6329e6ba80bca07f52f0688c12b0803e55bb37c00f5e0a15867c8dd48b8b"
)
SEALED_PART = base64.b64decode(
    "Af0AInhDRyXPF9LwFKYGHUUWNAaG3zZzGLZ8cq1+7bVBT56DiLskYEuggoliODXBP69AbO4zYlAmvvGNnkYUQnZHUr"
    "Pnx4MhV+f91w+hlOZlhk8lbfUZ06IK8H3v/qAOFUzpBgdrg3YdXyf8xDH7zXJ8338kjy5ZzE5af4qy+lACzMU+vwgR"
    "TiLIdEeZJElP6yfKdKJUG/mcIePUShgCOsEAtG4wbr8I+IbVz0KcBSoEkbHsxURXGaAxgyVzS1oCk6ajdAghhreLTr"
    "lyGzdF9bWwARyox09JJ+IMJlqSPEkvmdFj7BecyH2zgjklkyXyn/JtD3QZEOTj2MmOP1tqGqMmUh0/qFCCSemHMNUA"
    "HZyVMCf339KK3Py3qu75UzmbYWkDcOdvlfqRNb8+zgVCq4cAPjfgIqhKAeoydmsEgidPT4weXT2VPmzUr2Yi+tAwUD"
    "8r8ruvNtdtvja4kXlBkthbcH7A5y1H50eSZ7iBdL4KSVzaZd9wM55XxU+gaNtyWAU6Y12F/e3hH7uKmZmErXtAoRMn"
    "/E3WI4PslpJh1a/hvOsw1QcCcFGpGPE+NqNXr17Z+FA61LU1OWYY8aW7HV7yeiHoghOdetbr9HHpzip/YvV2WIZEAl"
    "1CSxUmxTtF1Cg59PPtx7Ry6NRvcUsKVEHuWKhyXL7xg4Ga9hZ9Kewo99Wp8UqtsEh490IZ7QLbbeSyFHdS1GUZqovl"
    "vLxy/s16xjo30Va1+4q9FVCyAZoORrK/Pywlt0bv+Zf6xnx0becAWIeP2UVhxlTDQFPPmsc0/KYVr739WvlItaLGI4"
    "tFFLAA2ka5vi6qI4OytTy6a7V+zGTbxXcPCRJRpW+LKSS4c65nLKMUIjB+hetCq/Qy1Atty9pu9AJC6iHDIXT8VKAj"
    "aWlQQMQIgAsRHADP/oGs9/KTlO7Z0Yx1VWfr+Two32pz/vd29YmITvz2SVm+9pum90BNe+oKXaNZBHa2OK2CUZy47b"
    "tyil/Z+2NDnBZz8iJpkHSM/d9wIZWU/k69im+eXu3QiZLiomENqG2Gq5O8mYJiJzZ//B2uCVHyIyHgN/Odyc/jPFts"
    "BpMqGc5cCAmKTbypOQpSH96az1Izzs1+nvzXsahQlqyzGp4tlnBYqUUfBCIx+u38uXOG2JKlbgBrmF/qYIt1xgpcuw"
    "VGL4wDHlMjqzevP8ncDOPu52sO2xDOB2z3LRs9O8re0pdJpz0wYXfsFbu1UnTy79J5kk78AIi1D5SVaDMSdiFZ8xrW"
    "g5zns4EDAtNhgQznNUJ2E0OK5POU/D+96ad1IRVMOjoU5x5hdECguu5gQpneUUZhq0HXRa+ylbNQ4i2PMteVXw/AcH"
    "RsN/TlHVHSzCPdNU0rvKaV44SZqIVSGF8EssRVNTIhEhqKoUur6bkbgVOBE3rtc9FqakGXrIE="
)

FIXED = {purpose: bytes([number]) * 32 for number, purpose in enumerate(Purpose, start=1)}


def fixed_keys(*more: keys.WrappedKey) -> Keys:
    rows = [keys.wrap_key(MASTER, purpose, 1, raw) for purpose, raw in FIXED.items()]
    newer = {row.purpose for row in more}
    old = [keys.WrappedKey(r.purpose, 1, r.wrapped, r.purpose not in newer) for r in rows]
    return Keys.open(MASTER, [*old, *more])


KEYS = fixed_keys()
CASE = CaseKey(MASTER)


def test_derived_keys_are_keyed_blake2b_and_stay_the_same() -> None:
    plain = hashlib.blake2b(b"", key=MASTER, person=b"box", digest_size=32).digest()
    assert crypto.derive(MASTER, "box") == plain
    assert plain.hex() == "c1a6e344f3567a60c0fda3517cdea3933d6950a7690079d258eddbab33fd0236"
    assert crypto.derive(MASTER, "box", 16) != plain[:16]


def test_fingerprints_stay_the_same() -> None:
    key = crypto.derive(FIXED[Purpose.AUDIT], "mac")
    whole = hmac.new(key, b"data", hashlib.sha256).digest()
    assert KEYS.mac(Purpose.AUDIT, b"data", 32) == whole
    assert KEYS.mac(Purpose.AUDIT, b"data").hex() == "e8561133637c8675099ae969641b8719"
    assert KEYS.mac(Purpose.BELL, b"data", 32) != whole


async def test_a_code_leads_to_the_same_reporter_for_ever() -> None:
    stretcher = Stretcher()
    assert await stretcher.stretch(CODE, SALT) == STRETCHED
    stretcher.close()
    (reporter,) = KEYS.reporters(STRETCHED)
    assert reporter.pepper == 1
    assert reporter.locator.hex() == "3d755ae67f8a9077c0aa79298df8d81a"
    assert reporter.public.hex() == (
        "4c9a48a90261e0192a23ea9e4ea8b4e909e55690dff723b5fb130a36eb863d3c"
    )
    assert reporter.secret.hex() == (
        "d51782f862152bb04f2287a7f27f0cb0b8320b743ea28f718d66ab8553e9d976"
    )
    assert reporter.secret.hex() not in repr(reporter)


def test_what_was_sealed_long_ago_still_opens() -> None:
    assert KEYS.open_sealed(Purpose.STAFF, SEALED_STAFF, b"about") == b"words"
    assert CASE.open_part(SEALED_PART, tip=TIP, part=PART, author="worker") == b"words"
    (reporter,) = KEYS.reporters(STRETCHED)
    wrapped = CASE.wrap(reporter.public)
    assert CaseKey.unwrap(reporter.public, reporter.secret, wrapped) == CASE


def test_a_wrap_made_long_ago_still_unwraps() -> None:
    # The pair that libsodium makes from the seed 00 01 02 ... 1f.
    private = hashlib.sha512(MASTER).digest()[:32]
    public = bytes.fromhex("4701d08488451f545a409fb58ae3e58581ca40ac3f7f114698cd71deac73ca01")
    assert CaseKey.unwrap(public, private, WRAP_FOR_SEED) == CASE


@given(st.sampled_from(Purpose), st.binary(max_size=5000), st.binary(max_size=50))
def test_every_purpose_opens_what_it_sealed(purpose: Purpose, plain: bytes, about: bytes) -> None:
    assert KEYS.open_sealed(purpose, KEYS.seal(purpose, plain, about), about) == plain


def test_a_seal_starts_with_its_version_and_the_id_of_its_key() -> None:
    assert KEYS.seal(Purpose.METADATA, b"", b"")[:3] == bytes((1, 0, 1))
    assert KEYS.seal(Purpose.BELL, b"", b"")[:3] == bytes((1, 8, 1))
    assert CASE.seal_part(b"", tip=TIP, part=PART, author="worker")[0] == 1


@pytest.mark.parametrize("about", [b"", b"abou", b"about ", b"other"])
def test_a_seal_does_not_open_about_something_else(about: bytes) -> None:
    with pytest.raises(Unopenable):
        KEYS.open_sealed(Purpose.STAFF, SEALED_STAFF, about)


def test_a_seal_of_one_purpose_opens_for_no_other() -> None:
    sealed = bytearray(KEYS.seal(Purpose.STAFF, b"words", b"about"))
    for number, purpose in enumerate(Purpose):
        if purpose is Purpose.STAFF:
            continue
        for header in (sealed[:3], bytes((1, number, 1))):
            with pytest.raises(Unopenable):
                KEYS.open_sealed(purpose, bytes(header + sealed[3:]), b"about")


def test_every_flipped_bit_and_every_cut_is_noticed() -> None:
    for at in range(len(SEALED_STAFF) * 8):
        forged = bytearray(SEALED_STAFF)
        forged[at // 8] ^= 1 << at % 8
        with pytest.raises(Unopenable):
            KEYS.open_sealed(Purpose.STAFF, bytes(forged), b"about")
    for length in range(len(SEALED_STAFF)):
        with pytest.raises(Unopenable):
            KEYS.open_sealed(Purpose.STAFF, SEALED_STAFF[:length], b"about")
    with pytest.raises(Unopenable):
        KEYS.open_sealed(Purpose.STAFF, SEALED_STAFF + b"\0", b"about")


def test_an_older_version_is_refused() -> None:
    wrapped = CASE.wrap(crypto.new_pair().public)
    pair = crypto.new_pair()
    with pytest.raises(Unopenable):
        KEYS.open_sealed(Purpose.STAFF, b"\0" + SEALED_STAFF[1:], b"about")
    with pytest.raises(Unopenable):
        CASE.open_part(b"\0" + SEALED_PART[1:], tip=TIP, part=PART, author="worker")
    with pytest.raises(Unopenable):
        CaseKey.unwrap(pair.public, pair.private, b"\0" + wrapped[1:])


def test_sealing_to_a_size_gives_that_size_or_refuses() -> None:
    sizes = {len(KEYS.seal(Purpose.LETTERS, bytes(n), b"", size=256)) for n in (0, 1, 255)}
    assert sizes == {256 + 43}
    with pytest.raises(ValueError, match="too long"):
        KEYS.seal(Purpose.LETTERS, bytes(256), b"", size=256)


def test_two_seals_of_the_same_words_differ() -> None:
    assert KEYS.seal(Purpose.UNITS, b"x", b"") != KEYS.seal(Purpose.UNITS, b"x", b"")


def test_fresh_keys_open_with_their_master_only() -> None:
    master = crypto.new_master()
    rows = keys.new_keys(master)
    assert {row.purpose for row in rows} == set(Purpose)
    sealed = Keys.open(master, rows).seal(Purpose.BELL, b"words", b"")
    assert Keys.open(master, rows).open_sealed(Purpose.BELL, sealed, b"") == b"words"
    with pytest.raises(WrongMasterKey):
        Keys.open(crypto.new_master(), rows)


def test_a_wrapped_key_does_not_open_under_another_purpose_or_number() -> None:
    first, second, *rest = keys.new_keys(MASTER)
    swapped = keys.WrappedKey(first.purpose, 1, second.wrapped, current=True)
    with pytest.raises(WrongMasterKey):
        Keys.open(MASTER, [swapped, second, *rest])
    renumbered = keys.WrappedKey(first.purpose, 2, first.wrapped, current=True)
    with pytest.raises(WrongMasterKey):
        Keys.open(MASTER, [renumbered, second, *rest])


def test_equal_keys_stop_the_start() -> None:
    first, _, *rest = keys.new_keys(MASTER)
    raw = FIXED[Purpose.UNITS]
    twins = [
        keys.wrap_key(MASTER, Purpose.METADATA, 1, raw),
        keys.wrap_key(MASTER, Purpose.UNITS, 1, raw),
    ]
    with pytest.raises(TwinKeys):
        Keys.open(MASTER, [*twins, *rest])
    with pytest.raises(TwinKeys):
        Keys.open(MASTER, [first, keys.wrap_key(MASTER, Purpose.UNITS, 1, MASTER), *rest])


def test_a_purpose_without_exactly_one_current_key_stops_the_start() -> None:
    first, *rest = keys.new_keys(MASTER)
    with pytest.raises(MissingKey):
        Keys.open(MASTER, rest)
    second = keys.wrap_key(MASTER, first.purpose, 2, crypto.new_master())
    with pytest.raises(MissingKey):
        Keys.open(MASTER, [first, second, *rest])


def test_after_a_rotation_old_seals_open_and_new_ones_use_the_new_key() -> None:
    new = keys.wrap_key(MASTER, Purpose.STAFF, 2, b"\xaa" * 32)
    rotated = fixed_keys(new)
    assert rotated.open_sealed(Purpose.STAFF, SEALED_STAFF, b"about") == b"words"
    sealed = rotated.seal(Purpose.STAFF, b"words", b"")
    assert sealed[2] == 2
    with pytest.raises(Unopenable):
        KEYS.open_sealed(Purpose.STAFF, sealed, b"")
    current, older = rotated.macs(Purpose.STAFF, b"data")
    assert current == rotated.mac(Purpose.STAFF, b"data")
    assert older == KEYS.mac(Purpose.STAFF, b"data")


def test_a_look_up_tries_the_current_pepper_and_then_the_older_one() -> None:
    rotated = fixed_keys(keys.wrap_key(MASTER, Purpose.PEPPER, 2, b"\xaa" * 32))
    current, older = rotated.reporters(STRETCHED)
    assert (current.pepper, older.pepper) == (2, 1)
    assert (older,) == KEYS.reporters(STRETCHED)
    assert current.locator != older.locator
    assert current.public != older.public


def test_subkeys_differ_by_name_and_from_the_keys_in_use() -> None:
    names = ("seal", "mac", "store")
    subkeys = {KEYS.subkey(Purpose.VOLATILE, name) for name in names}
    raw = FIXED[Purpose.VOLATILE]
    assert len(subkeys | {raw, crypto.derive(raw, "seal"), crypto.derive(raw, "mac")}) == 6


@settings(deadline=None)
@given(st.binary(max_size=9000), st.text(max_size=9), st.binary(max_size=20))
def test_parts_come_back_as_they_were(plain: bytes, author: str, part: bytes) -> None:
    sealed = CASE.seal_part(plain, tip=TIP, part=part, author=author)
    assert CASE.open_part(sealed, tip=TIP, part=part, author=author) == plain
    assert len(sealed) - 43 == padding.part_size(len(plain))


def test_short_parts_have_one_size_and_longer_ones_few() -> None:
    def size(length: int) -> int:
        return len(CASE.seal_part(bytes(length), tip=TIP, part=PART, author="worker")) - 43

    assert size(0) == size(1) == size(900) == size(1023) == 1024
    assert size(1024) == size(2047) == 2048
    assert size(2048) == 4096


@pytest.mark.parametrize(
    ("tip", "part", "author"),
    [
        (b"T" * 16, PART, "worker"),
        (TIP, b"P" * 16, "worker"),
        (TIP, PART, "officer"),
        (TIP + PART[:1], PART[1:], "worker"),
        (PART, TIP, "worker"),
    ],
)
def test_a_part_opens_nowhere_else(tip: bytes, part: bytes, author: str) -> None:
    with pytest.raises(Unopenable):
        CASE.open_part(SEALED_PART, tip=tip, part=part, author=author)


def test_a_changed_part_and_another_case_key_do_not_open() -> None:
    for at in range(len(SEALED_PART)):
        forged = SEALED_PART[:at] + bytes([SEALED_PART[at] ^ 1]) + SEALED_PART[at + 1 :]
        with pytest.raises(Unopenable):
            CASE.open_part(forged, tip=TIP, part=PART, author="worker")
    with pytest.raises(Unopenable):
        CASE.open_part(SEALED_PART[:-1], tip=TIP, part=PART, author="worker")
    with pytest.raises(Unopenable):
        CaseKey.new().open_part(SEALED_PART, tip=TIP, part=PART, author="worker")


def test_a_wrap_opens_for_its_owner_only() -> None:
    owner, stranger = crypto.new_pair(), crypto.new_pair()
    case = CaseKey.new()
    wrapped = case.wrap(owner.public)
    assert CaseKey.unwrap(owner.public, owner.private, wrapped).raw == case.raw
    with pytest.raises(Unopenable):
        CaseKey.unwrap(stranger.public, stranger.private, wrapped)
    for forged in (b"", wrapped[:2], wrapped[:20], wrapped[:-1], wrapped[:-1] + b"\0\0"):
        with pytest.raises(Unopenable):
            CaseKey.unwrap(owner.public, owner.private, forged)


def test_a_dummy_wrap_looks_like_a_wrap() -> None:
    wraps = [CASE.wrap(crypto.new_pair().public) for _ in range(64)]
    dummies = [crypto.dummy_wrap() for _ in range(64)]
    assert {len(wrap) for wrap in wraps} == {len(dummy) for dummy in dummies}
    assert {wrap[:3] for wrap in wraps} == {dummy[:3] for dummy in dummies}
    # The highest bit of an X25519 key is never set; random bytes would betray themselves here.
    assert {wrap[3 + 31] >> 7 for wrap in wraps} == {dummy[3 + 31] >> 7 for dummy in dummies}
    assert len(set(dummies)) == 64


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 700_000), st.binary(min_size=1, max_size=8))
def test_files_come_back_as_they_were(length: int, pattern: bytes) -> None:
    data = (pattern * (length // len(pattern) + 1))[:length]
    chunks = CASE.seal_file(data, tip=TIP)
    assert CASE.open_file(chunks, tip=TIP) == data
    assert max(map(len, chunks)) <= 256 * 1024


def test_a_file_s_size_tells_little() -> None:
    def size(length: int) -> int:
        return sum(map(len, CASE.seal_file(bytes(length), tip=TIP)))

    assert size(0) == size(1) == size(1000)
    assert len({size(length) for length in range(600_000, 610_000, 500)}) <= 2


@given(st.integers(0, 50_000_000))
def test_padme_adds_at_most_twelve_percent(length: int) -> None:
    size = padding.file_size(length)
    assert length < size
    assert size <= max(1024, (length + 1) * 1.12)


def _reordered(chunks: list[bytes]) -> list[bytes]:
    return [chunks[0], chunks[2], chunks[1], *chunks[3:]]


@pytest.mark.parametrize(
    "forge",
    [
        _reordered,
        lambda chunks: chunks[:-1],
        lambda chunks: chunks[1:],
        lambda chunks: chunks[:1] + chunks[2:],
        lambda chunks: [*chunks, chunks[-1]],
        lambda chunks: [*chunks[:-1], chunks[-1][:-1]],
        lambda chunks: [b"\0" + chunks[0][1:], *chunks[1:]],
        lambda chunks: [chunks[0][:20], *chunks[1:]],
        lambda chunks: [chunks[0], b"", *chunks[2:]],
    ],
)
def test_a_changed_file_does_not_open(forge: Callable[[list[bytes]], list[bytes]]) -> None:
    chunks = CASE.seal_file(bytes(900_000), tip=TIP)
    assert len(chunks) == 4
    with pytest.raises(Unopenable):
        CASE.open_file(forge(chunks), tip=TIP)


def test_no_chunks_are_no_file() -> None:
    with pytest.raises(Unopenable):
        CASE.open_file([], tip=TIP)


def test_a_file_opens_for_its_tip_and_part_and_key_only() -> None:
    chunks = CASE.seal_file(b"photo", tip=TIP, part=PART)
    other = CASE.seal_file(b"other", tip=TIP, part=PART)
    assert CASE.open_file(chunks, tip=TIP, part=PART) == b"photo"
    for tip, part in ((PART, PART), (TIP, b""), (TIP, TIP)):
        with pytest.raises(Unopenable):
            CASE.open_file(chunks, tip=tip, part=part)
    with pytest.raises(Unopenable):
        CaseKey.new().open_file(chunks, tip=TIP, part=PART)
    with pytest.raises(Unopenable):
        CASE.open_file([chunks[0][:27] + other[0][27:]], tip=TIP, part=PART)


def test_nothing_secret_is_printed() -> None:
    pair = crypto.new_pair()
    (reporter,) = KEYS.reporters(STRETCHED)
    row = keys.new_keys(MASTER)[0]
    printed = f"{CASE!r} {pair!r} {reporter!r} {KEYS!r} {row!r}"
    for secret in (CASE.raw, pair.private, reporter.secret, reporter.locator, row.wrapped):
        assert repr(secret) not in printed
    assert str(Unopenable()) == ""


def test_passwords_match_themselves_however_their_marks_are_composed() -> None:
    hashed = crypto.hash_password("mật khẩu dài")
    assert hashed.startswith("$argon2id$")
    assert crypto.password_matches("mật khẩu dài", hashed)
    assert crypto.password_matches("ma\u0323\u0302t kha\u0302\u0309u da\u0300i", hashed)
    assert not crypto.password_matches("mat khau dai", hashed)
    assert not crypto.password_matches("", hashed)
    for no_hash in ("", "x", "$argon2id$", "é" * 200):
        assert not crypto.password_matches("mật khẩu dài", no_hash)


def test_what_is_drawn_has_its_shape_and_differs() -> None:
    assert len({crypto.new_token() for _ in range(50)}) == 50
    assert all(len(crypto.random_id()) == 16 for _ in range(5))
    digits = [crypto.random_digits(5) for _ in range(200)]
    assert all(len(number) == 5 and number.isdecimal() for number in digits)
    assert {number[0] for number in digits} == set("0123456789"), "a leading zero is a digit too"
    assert {crypto.random_choice("abc") for _ in range(200)} == set("abc")
    assert crypto.equal(b"one", b"one")
    assert not crypto.equal(b"one", b"two")


def test_fresh_codes_are_valid_and_read_back() -> None:
    codes = [crypto.fresh_code() for _ in range(300)]
    assert len(set(codes)) == 300
    assert all(receipt.is_code(code) for code in codes)
    assert all(receipt.read(receipt.show(code)) == (code,) for code in codes)
    assert {symbol for code in codes for symbol in code} == set(receipt.ALPHABET)
