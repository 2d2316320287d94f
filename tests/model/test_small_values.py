"""Small values and their corners."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.budget import BudgetUse
from syncd.model.recent import Recent
from syncd.model.text import html_to_text


@given(st.integers(1, 5), st.lists(st.text("abcdefghij", min_size=1, max_size=1)))
def test_what_came_lately_is_known(most: int, names: list[str]) -> None:
    recent = Recent(most)
    for place, name in enumerate(names):
        new = recent.add(name)
        if name in names[max(0, place - most) : place]:
            assert not new
        if name not in names[:place]:
            assert new


def test_a_memory_does_not_grow() -> None:
    recent = Recent(most=2)
    assert [recent.add(name) for name in "abcdefa"] == [True] * 7


def test_nothing_was_used_at_first() -> None:
    assert BudgetUse() == BudgetUse(starts=(), not_before=None)


def test_an_unread_element_ends_those_it_holds() -> None:
    assert html_to_text("<p>a</p><svg><object>x</svg><p>b</p>") == "a\n\nb"
