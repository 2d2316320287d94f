"""A bounded memory of names."""

from syncd.model.recent import Recent


def test_a_name_is_new_once_while_it_is_remembered() -> None:
    recent = Recent(3)
    assert [recent.add(name) for name in ("a", "b", "a", "c", "b")] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_the_last_ones_are_remembered_and_old_ones_are_not() -> None:
    recent = Recent(10)
    for number in range(1_000):
        assert recent.add(str(number))
        for back in range(min(number, 10)):
            assert not recent.add(str(number - back))
    assert recent.add("5")
