"""Secrets in the database are of no use without the site's key."""

import pytest

from llamahub.accounts.sealing import Unreadable, seal, unseal

SECRET = bytes(range(20))


def test_what_is_sealed_is_unsealed():
    assert unseal(seal(SECRET, owner="user 1"), owner="user 1") == SECRET


def test_the_same_secret_never_looks_the_same():
    assert len({seal(SECRET, owner="user 1") for _ in range(50)}) == 50
    assert SECRET[:8] not in seal(SECRET, owner="user 1")


def test_a_secret_cannot_be_moved_to_another_account():
    with pytest.raises(Unreadable):
        unseal(seal(SECRET, owner="user 1"), owner="user 2")


@pytest.mark.parametrize("position", range(0, 52, 3))
def test_a_single_changed_bit_is_noticed(position):
    sealed = bytearray(seal(SECRET, owner="user 1"))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        unseal(bytes(sealed), owner="user 1")


@pytest.mark.parametrize("damaged", [b"", b"x", bytes(16), bytes(100)])
def test_what_was_never_sealed_is_unreadable(damaged):
    with pytest.raises(Unreadable):
        unseal(damaged, owner="user 1")


def test_a_new_key_reads_what_the_old_one_sealed_while_it_is_named(settings):
    sealed = seal(SECRET, owner="user 1")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key, just as long and just as random as the first"
    with pytest.raises(Unreadable):
        unseal(sealed, owner="user 1")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed, owner="user 1") == SECRET


def test_more_than_one_block_is_refused():
    with pytest.raises(ValueError, match="33 bytes"):
        seal(bytes(33), owner="user 1")
