#!/usr/bin/env python3
"""Restores the rows of one table from a repository, written from docs/format.md alone.

    restore_table.py REPOSITORY SNAPSHOT SCHEMA.TABLE [--members docs/format.md]

A second reader that shares no code with Drydock: what it cannot read, the document does not say. It
writes the rows as COPY text to standard output. The passphrase is in DRYDOCK_PASSPHRASE; without one
the repository has no encryption. With --members it also fails where the manifest has a member that the
document does not name.

It needs python3-cryptography for AES-GCM, and the program zstd.
"""

import hashlib
import hmac
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


SLOT_MEMBERS = set(
    "magic version repository formatHash id revision kind role label created generations highest "
    "publicKey scrypt secret voucher ephemeral nonce wrapped authority signature".split()
)


def hmac256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(secret, info, count=32, salt=bytes(32)):
    """RFC 5869, by default with an empty salt; one block is enough for 32 bytes."""
    return hmac256(hmac256(salt, secret), info.encode() + b"\x01")[:count]


def scrypt(passphrase, cost):
    salt = bytes.fromhex(cost["salt"])
    n, r, p = cost["n"], cost["r"], cost["p"]
    assert 1 << 10 <= n <= 1 << 20 and 1 <= r <= 32 and 1 <= p <= 16 and 128 * n * r <= 256 << 20
    return hashlib.scrypt(passphrase, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def unzstd(frame, raw_length, prefix=None):
    with tempfile.TemporaryDirectory() as directory:
        words = ["zstd", "-q", "-d", "-c", "--long=27"]
        if prefix is not None:
            base = os.path.join(directory, "base")
            with open(base, "wb") as file:
                file.write(prefix)
            words.append(f"--patch-from={base}")
        path = os.path.join(directory, "frame.zst")
        with open(path, "wb") as file:
            file.write(frame)
        raw = subprocess.run(words + [path], check=True, stdout=subprocess.PIPE).stdout
    assert len(raw) == raw_length, "a frame gives another length"
    return raw


class Fields:
    """Takes fields off the front of some bytes."""

    def __init__(self, data):
        self.data, self.place = data, 0

    def take(self, count):
        assert self.place + count <= len(self.data), "it ends too early"
        self.place += count
        return self.data[self.place - count : self.place]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize(form)))[0]

    def end(self):
        assert self.place == len(self.data), "there is more than the document says"


class Repository:
    def __init__(self, directory, passphrase):
        self.directory = directory
        raw = self.file("format")
        self.format = json.loads(raw)
        assert self.format["magic"] == "drydock repository" and self.format["version"] == 1
        assert set(self.format["features"]["read"]) <= {"delta", "recipients"}
        self.id = bytes.fromhex(self.format["id"])
        self.format_hash = hashlib.sha256(raw).digest()
        self.unlock(passphrase)
        self.places = {}
        for name in self.names("index"):
            self.read_index(name)

    def file(self, name, start=0, count=-1):
        with open(os.path.join(self.directory, name), "rb") as file:
            file.seek(start)
            return file.read(count)

    def names(self, directory):
        listed = sorted(os.listdir(os.path.join(self.directory, directory)))
        return [f"{directory}/{name}" for name in listed if not name.startswith(".")]

    def unlock(self, passphrase):
        latest = {}
        for name in self.names("keys"):
            slot = json.loads(self.file(name))
            assert slot["magic"] == "drydock key slot"
            if slot["version"] == 1:
                plain = self.unwrap_first(slot, passphrase)
                if plain:
                    return self.derive(plain)
            elif slot["version"] == 2 and self.is_signed(slot):
                known = latest.get(slot["id"])
                if not known or known["revision"] < slot["revision"]:
                    latest[slot["id"]] = slot
        for slot in latest.values():
            plain = self.unwrap(slot, passphrase)
            if plain:
                return self.derive(plain)
        raise SystemExit("no key slot opens")

    def unwrap_first(self, slot, passphrase):
        """The secrets in a slot of version 1."""
        if slot["kind"] == "none":
            key = hkdf(bytes.fromhex(slot["secret"]), "drydock/1/slot/none")
        elif slot["kind"] == "passphrase" and passphrase:
            key = scrypt(passphrase, slot["scrypt"])
        else:
            return None
        additional = b"drydock/1/slot" + self.id + self.format_hash + slot["kind"].encode()
        return self.decrypt(key, slot, additional)

    def decrypt(self, key, slot, additional):
        nonce, wrapped = bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["wrapped"])
        try:
            return AESGCM(key).decrypt(nonce, wrapped, additional)
        except InvalidTag:
            return None

    def head(self, slot):
        """What the signature of a slot of version 2 says, up to the wrapped secrets."""
        numbers = slot["generations"]
        cost = slot.get("scrypt") or {"n": 0, "r": 0, "p": 0, "salt": "00" * 32}
        head = b"drydock/2/slot" + bytes.fromhex(slot["repository"] + slot["formatHash"] + slot["id"])
        head += struct.pack("<IQI", slot["revision"], slot["created"], slot["highest"])
        head += struct.pack(f"<H{len(numbers)}I", len(numbers), *numbers)
        for text in (slot["kind"], slot["role"], slot["label"]):
            head += bytes([len(text.encode())]) + text.encode()
        head += struct.pack("<III", cost["n"], cost["r"], cost["p"]) + bytes.fromhex(cost["salt"])
        for name in ("secret", "voucher", "publicKey", "authority"):
            member = bytes.fromhex(slot.get(name) or "00" * 32)
            assert len(member) == 32
            head += member
        return head

    def is_signed(self, slot):
        assert set(slot) <= SLOT_MEMBERS, "a slot has a member that nobody signs"
        if (slot["repository"], slot["formatHash"]) != (self.id.hex(), self.format_hash.hex()):
            return False
        parts = [bytes.fromhex(slot.get(name) or "") for name in ("ephemeral", "nonce", "wrapped")]
        authority = Ed25519PublicKey.from_public_bytes(bytes.fromhex(slot["authority"]))
        try:
            authority.verify(bytes.fromhex(slot["signature"]), self.head(slot) + b"".join(parts))
        except InvalidSignature:
            return False
        return True

    def unwrap(self, slot, passphrase):
        """The secrets in a slot of version 2, whose authority the passphrase's voucher proves."""
        if slot["kind"] == "none":
            root = bytes.fromhex(slot["secret"])
        elif slot["kind"] == "passphrase" and passphrase:
            root = scrypt(passphrase, slot["scrypt"])
        else:
            return None
        private = X25519PrivateKey.from_private_bytes(hkdf(root, f"drydock/2/slot/{slot['kind']}"))
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        if public != bytes.fromhex(slot["publicKey"]):
            return None
        message = self.id + self.format_hash + bytes.fromhex(slot["authority"])
        voucher = hmac256(hkdf(root, "drydock/2/slot/voucher"), message)
        assert voucher == bytes.fromhex(slot["voucher"]), "another authority wrapped for this slot"
        ephemeral = bytes.fromhex(slot["ephemeral"])
        shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        key = hkdf(shared, "drydock/2/slot/wrap", salt=ephemeral + public)
        return self.decrypt(key, slot, self.head(slot) + ephemeral)

    def derive(self, plain):
        fields = Fields(plain)
        self.instance_roots, self.object_roots = {}, {}
        for _ in range(fields.number("H")):
            role, reserved, number = fields.number("B"), fields.number("B"), fields.number("I")
            secret = fields.take(32)
            assert reserved == 0
            if role == 1:
                self.id_key = hkdf(secret, "drydock/1/chunk-id")
            elif role == 2:
                self.index_key = hkdf(secret, "drydock/1/index")
            elif role in (3, 5):
                self.instance_roots[number] = hkdf(secret, "drydock/1/instance")
                self.object_roots[number] = hkdf(secret, "drydock/1/object")
        fields.end()

    def open_object(self, name, kind):
        fields = Fields(self.file(name))
        header = fields.data[:24]
        assert fields.take(8) == b"DRYSEAL1" and fields.number("B") == kind
        codec, reserved = fields.number("B"), fields.number("H")
        generation, raw_length = fields.number("I"), fields.number("Q")
        assert reserved == 0 and raw_length <= 256 << 20
        salt, nonce = fields.take(16), fields.take(12)
        root = self.index_key if kind == 1 else self.object_roots[generation]
        additional = b"drydock/1/object" + self.id + self.format_hash + header + name.encode()
        key = hmac256(root, bytes([kind]) + salt)
        plain = AESGCM(key).decrypt(nonce, fields.data[fields.place :], additional)
        return unzstd(plain, raw_length) if codec == 1 else plain

    def read_index(self, name):
        fields = Fields(self.open_object(name, 1))
        for _ in range(fields.number("I")):
            pack, size = fields.take(32).hex(), fields.number("Q")
            for _ in range(fields.number("I")):
                chunk = fields.take(32)
                kind, codec, depth, version = fields.take(4)
                generation, offset = fields.number("I"), fields.number("I")
                stored, raw, base = fields.number("I"), fields.number("I"), fields.take(32)
                assert depth == bin(version).count("1") <= 6 and stored <= raw <= 16 << 20
                header = bytes([kind, codec, depth, version])
                header += struct.pack("<III", generation, raw, stored) + chunk
                header += base if depth else b""
                place = (depth, pack, offset, header, base)
                assert offset + len(header) + 44 + stored <= size
                self.places.setdefault(chunk, []).append(place)
        fields.end()

    def chunk(self, chunk, kind, below=7):
        """The raw bytes of a chunk, proven by its id."""
        places = sorted(p for p in self.places.get(chunk, []) if p[0] < below)
        assert places, f"chunk {chunk.hex()} is in no index"
        depth, pack, offset, header, base = places[0]
        codec = header[1]
        generation, raw_length, stored = struct.unpack("<III", header[4:16])
        data = self.file(f"packs/{pack[:2]}/{pack}", offset, len(header) + 44 + stored)
        fields = Fields(data)
        assert fields.take(len(header)) == header and header[0] == kind
        salt, nonce = fields.take(16), fields.take(12)
        key = hmac256(self.instance_roots[generation], chunk + salt)
        additional = b"drydock/1/chunk" + self.id + header
        raw = AESGCM(key).decrypt(nonce, data[fields.place :], additional)
        if codec == 1:
            raw = unzstd(raw, raw_length)
        elif codec == 2:
            self.deltas = getattr(self, "deltas", 0) + 1
            raw = unzstd(raw, raw_length, self.chunk(base, kind, depth))
        assert len(raw) == raw_length
        assert hmac256(self.id_key, bytes([kind]) + raw) == chunk, "its id is another"
        return raw

    def rows(self, table):
        """The COPY text of every stripe of a table."""
        for segment in table["segments"]:
            fields = Fields(self.chunk(bytes.fromhex(segment), 1))
            assert fields.number("I") == 1
            for _ in range(fields.number("I")):
                count, length = fields.number("Q"), fields.number("Q")
                fields.take(16)
                chunks = [fields.take(32) for _ in range(fields.number("I"))]
                content = b"".join(self.chunk(chunk, 0) for chunk in chunks)
                pages = struct.unpack("<I", content[-4:])[0]
                assert len(content) == length + 8 * pages + 4, "a trailer of another length"
                assert content[:length].count(b"\n") == count
                yield content[:length]
            fields.end()


def unnamed_members(value, document):
    """The members of a manifest that the document does not name."""
    free = {"tags", "settings", "extensions"}
    if isinstance(value, list):
        return set().union(*(unnamed_members(item, document) for item in value))
    if not isinstance(value, dict):
        return set()
    found = {name for name in value if not re.search(rf"`{name}`", document)}
    for name, member in value.items():
        # The names in these are the user's and the server's.
        if name not in free or isinstance(member, list):
            found |= unnamed_members(member, document)
    return found


def main(words):
    directory, snapshot, table_name = words[:3]
    passphrase = os.environ.get("DRYDOCK_PASSPHRASE", "").encode()
    repository = Repository(directory, passphrase)
    manifest = json.loads(repository.open_object(f"snapshots/{snapshot}", 2))
    assert manifest["version"] == 1
    if words[3:4] == ["--members"]:
        with open(words[4], encoding="utf-8") as file:
            unnamed = unnamed_members(manifest, file.read())
        assert not unnamed, f"the document does not name {sorted(unnamed)}"
    table = next(t for t in manifest["tables"] if f"{t['schema']}.{t['name']}" == table_name)
    rows = 0
    for text in repository.rows(table):
        rows += text.count(b"\n")
        sys.stdout.buffer.write(text)
    assert rows == table["rows"], "the table says another number of rows"
    print(f"{rows} rows, {getattr(repository, 'deltas', 0)} deltas", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
