"""When a walk along list pages ends."""

from jcnews_spider.spiders.walk import Step, Walk
from jcnews_spider.trs.listing import Entry


def entries(*names: str) -> list[Entry]:
    return [Entry(f"http://host/{name}", "article", None, name, None) for name in names]


def walk(*, early: bool = False, cap: int = 100) -> Walk:
    along = Walk("xw", may_stop_early=early, stop_after_known_pages=2, max_pages=cap)
    along.begin_round([], (None, None))
    return along


def test_a_pager_names_the_last_page() -> None:
    along = walk()
    steps = [along.read(i, entries(*[f"{i}"]), unknown=1, pages=3) for i in range(3)]
    assert steps == [Step.NEXT, Step.NEXT, Step.CONFIRM]


def test_of_the_counts_of_several_pages_the_highest_is_believed() -> None:
    along = walk()
    steps = [along.read(i, entries(f"{i}"), unknown=1, pages=pages) for i, pages in enumerate((4, 3, 2, 1))]
    assert steps == [Step.NEXT, Step.NEXT, Step.NEXT, Step.CONFIRM]


def test_without_a_pager_a_page_that_repeats_ends_the_walk() -> None:
    along = walk()
    assert along.read(0, entries(*["a", "b"]), unknown=2, pages=None) is Step.NEXT
    assert along.read(1, entries(*["b", "c"]), unknown=1, pages=None) is Step.NEXT
    assert along.read(2, entries(*["c", "b"]), unknown=0, pages=None) is Step.CONFIRM
    assert along.found["article"] == 3


def test_known_pages_end_only_the_walk_of_a_complete_section() -> None:
    complete, fresh = walk(early=True), walk()
    for along, expected in ((complete, Step.END), (fresh, Step.NEXT)):
        assert along.read(0, entries(*["a"]), unknown=0, pages=9) is Step.NEXT
        assert along.read(1, entries(*["b"]), unknown=0, pages=9) is expected


def test_one_unknown_article_starts_the_count_of_known_pages_anew() -> None:
    along = walk(early=True)
    steps = [along.read(i, entries(*[f"{i}"]), unknown=unknown, pages=9) for i, unknown in enumerate((0, 1, 0, 0))]
    assert steps == [Step.NEXT, Step.NEXT, Step.NEXT, Step.CONFIRM]


def test_an_article_that_moved_starts_the_count_of_known_pages_anew_and_is_none_that_is_new() -> None:
    along = walk(early=True)
    steps = [along.read(i, entries(f"{i}"), unknown=0, moved=moved, pages=9) for i, moved in enumerate((0, 1, 0, 0))]
    assert (steps, along.new) == ([Step.NEXT, Step.NEXT, Step.NEXT, Step.CONFIRM], 0)


def test_an_empty_page_on_the_way_leaves_the_walk_incomplete() -> None:
    counted, stepping, empty = walk(), walk(), walk()
    steps = [counted.read(i, entries(*names), unknown=1, pages=3) for i, names in enumerate(("a", "", "c"))]
    assert steps == [Step.NEXT, Step.NEXT, Step.HOLED]
    steps = [stepping.read(i, entries(*names), unknown=0, pages=None) for i, names in ((0, "a"), (1, ""), (1, ""))]
    assert steps == [Step.NEXT, Step.AGAIN, Step.CONFIRM]
    assert empty.read(0, [], unknown=0, pages=None) is Step.HOLED


def test_a_page_without_news_or_pager_where_there_is_one_leaves_the_walk_incomplete() -> None:
    """The page before once more, the home page, and the home page where no page has a pager."""
    for names, pager, last in (("a", 3, Step.HOLED), ("x", None, Step.HOLED), ("x", 3, Step.CONFIRM)):
        along = walk()
        steps = [
            along.read(i, entries(*n), unknown=1, pages=p) for i, n, p in ((0, "a", 3), (1, names, pager), (2, "c", 3))
        ]
        assert steps == [Step.NEXT, Step.NEXT, last]


def test_a_pager_that_only_the_first_page_has_counts_for_all() -> None:
    three, two = [(0, "a", 3), (1, "b", None), (2, "c", None)], [(0, "a", 2), (1, "b", None)]
    long, short = walk(), walk()
    assert [long.read(i, entries(n), unknown=1, pages=p) for i, n, p in three][-1] is Step.CONFIRM
    assert [short.read(i, entries(n), unknown=1, pages=p) for i, n, p in two][-1] is Step.HOLED
    short.ended_after = 2
    short.begin_round(entries("a"), (None, None))
    assert [short.read(i, entries(n), unknown=1, pages=p) for i, n, p in two][-1] is Step.CONFIRM


def test_a_hole_is_of_its_round_alone() -> None:
    along = walk()
    assert [along.read(i, entries("a"), unknown=1, pages=2) for i in range(2)] == [Step.NEXT, Step.HOLED]
    along.begin_round(entries("n"), (None, None))
    assert [along.read(i, entries(n), unknown=1, pages=2) for i, n in enumerate("na")] == [Step.NEXT, Step.CONFIRM]


def test_known_pages_do_not_end_the_walk_of_a_list_that_was_cut_short() -> None:
    """The pager named three pages when all was known; a page of news adds one, and one may be about to come."""
    for pages, unknown, last in ((4, 0, Step.END), (5, 0, Step.NEXT), (5, 1, Step.CONFIRM), (6, 1, Step.NEXT)):
        along = walk(early=True)
        along.counted = 3
        news = [unknown, 0, 0] if unknown else [0, 0]
        assert [along.read(i, entries(f"{i}"), unknown=n, pages=pages) for i, n in enumerate(news)][-1] is last
        assert along.is_cut_short is (last is Step.NEXT)


def test_a_bound_cuts_the_walk() -> None:
    assert walk(cap=1).read(0, entries(*["a"]), unknown=1, pages=5) is Step.CUT


def test_a_missing_page_is_the_end_unless_the_pager_promised_it() -> None:
    stepping, counted = walk(), walk()
    stepping.read(0, entries(*["a"]), unknown=1, pages=None)
    counted.read(0, entries(*["a"]), unknown=1, pages=5)
    assert (stepping.at_missing_page(1), stepping.at_missing_page(1)) == (Step.AGAIN, Step.END)
    assert counted.at_missing_page(1) is Step.CUT


def test_a_page_that_gives_nothing_where_no_pager_counts_is_asked_once_more() -> None:
    along = walk()
    assert along.read(0, entries("a"), unknown=1, pages=None) is Step.NEXT
    assert along.read(1, [], unknown=0, pages=None) is Step.AGAIN
    assert along.read(1, entries("b"), unknown=1, pages=None) is Step.NEXT
    assert (along.at_missing_page(2), along.read(2, [], unknown=0, pages=None)) == (Step.AGAIN, Step.CONFIRM)
    along.begin_round(entries("a"), (None, None))
    assert along.read(1, [], unknown=0, pages=None) is Step.AGAIN
    assert along.read_pages == 3


def test_what_a_pager_promised_in_vain_before_is_the_end() -> None:
    """Three pages of which the third is missing, or shows nothing, as when the walk of an earlier run ended there."""
    for ended_after, missing, nothing in ((None, Step.CUT, Step.HOLED), (2, Step.CONFIRM, Step.HOLED)):
        along = [walk(), walk()]
        for one in along:
            one.ended_after = ended_after
            for index in range(2):
                assert one.read(index, entries(f"{index}"), unknown=1, pages=3) is Step.NEXT
        assert (along[0].at_missing_page(2), along[1].read(2, [], unknown=0, pages=3)) == (missing, nothing)


def test_an_empty_last_page_is_the_end_when_it_was_before_and_one_on_the_way_never_is() -> None:
    for ended_after, pages, step in ((3, 3, Step.CONFIRM), (3, 4, Step.NEXT), (2, 3, Step.HOLED)):
        along = walk()
        along.ended_after = ended_after
        names = ("a", "b", "")
        assert [along.read(i, entries(*name), unknown=1, pages=pages) for i, name in enumerate(names)][-1] is step
    assert along.is_holed


def test_one_page_needs_no_second_look_and_several_do() -> None:
    assert walk().read(0, entries("a"), unknown=1, pages=1) is Step.END


def test_a_first_page_that_changed_meanwhile_begins_another_round_as_far_as_the_one_before() -> None:
    along = Walk("xw", may_stop_early=True, stop_after_known_pages=1, max_pages=100)
    along.begin_round(entries("a"), ("1", None))
    assert [along.read(i, entries(f"{i}"), unknown=1, pages=9) for i in range(3)] == [Step.NEXT] * 3
    assert along.read(3, entries("3"), unknown=0, pages=9) is Step.CONFIRM
    assert along.at_first_page_again(entries("a")) is Step.END
    assert along.at_first_page_again(entries("b")) is Step.NEXT
    along.begin_round(entries("b"), ("2", None))
    steps = [along.read(i, entries(f"{i}"), unknown=0, pages=9) for i in range(4)]
    assert steps == [Step.NEXT, Step.NEXT, Step.NEXT, Step.END]  # all is known: nothing can have slipped past
    assert along.validators == ("2", None)


def test_a_list_that_never_rests_is_left_incomplete() -> None:
    along = walk()
    for number in range(2):
        along.begin_round(entries(f"{number}"), (None, None))
    assert along.at_first_page_again(entries("other")) is Step.DRIFTING
