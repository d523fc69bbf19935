"""The report of `make soak`: it holds for a run in which nothing went wrong, and for no other one."""

from dataclasses import replace

import orjson
import pytest
from uuid_utils.compat import uuid7

from bench.soak.invariants import Evidence, Told, findings
from bench.soak.listening import Places
from bench.soak.pictures import named

ONE = [Told(f"a{revision}", "one", revision, 1) for revision in range(1, 5)]
OTHER = [Told(f"b{position}", "other", 1, position) for position in (1, 2)]
WRITTEN = [*ONE[:2], *OTHER, *ONE[2:]]
STRANGER = Told("c1", "one", 9, 1)
RUN = Evidence(
    written=WRITTEN,
    published=WRITTEN,
    projected={"one": (4, 1), "other": (1, 2)},
    delivered={"consumer": WRITTEN, "live": [*OTHER, *ONE], "webhook": [*reversed(WRITTEN), ONE[0]]},
    unordered={"webhook"},
    waiting={"parked": 0, "unsent": 0},
    pictures={"without any fault": True},
)


def told(name, heard):
    return replace(RUN, delivered={**RUN.delivered, name: heard})


def test_a_run_in_which_nothing_went_wrong_holds():
    report = findings(RUN)
    assert report.holds
    counted = ("written", "published", "projected", "delivered: consumer", "delivered: live", "delivered: webhook")
    assert [report.counts[name] for name in counted] == [6] * 6
    assert report.counts["webhook: sent again"] == 1


@pytest.mark.parametrize(
    ("tampered", "complaint"),
    [
        pytest.param(replace(RUN, written=[]), "nothing was written", id="nothing written"),
        pytest.param(replace(RUN, published=WRITTEN[:-1]), "published: 5 of 6", id="not published"),
        pytest.param(replace(RUN, published=[*WRITTEN, ONE[0]]), "published: 1 doubled", id="published twice"),
        pytest.param(
            replace(RUN, published=[*OTHER, ONE[1], ONE[0], *ONE[2:]]),
            "published: 1 boundaries out of order",
            id="order",
        ),
        pytest.param(replace(RUN, published=[*WRITTEN, STRANGER]), "published: 1 of nobody", id="a stranger's"),
        pytest.param(replace(RUN, projected={"one": (4, 1), "other": (1, 1)}), "projected: 5 of 6", id="not projected"),
        pytest.param(replace(RUN, projected={"one": (4, 1)}), "projected: 4 of 6", id="a boundary is unknown"),
        pytest.param(told("consumer", WRITTEN[1:]), "consumer: 1 lost", id="lost to the consumer"),
        pytest.param(told("live", [*WRITTEN, ONE[3]]), "live: 1 doubled", id="doubled for the listener"),
        pytest.param(
            told("live", [*OTHER, ONE[1], ONE[0], *ONE[2:]]), "live: 1 boundaries out of order", id="reordered"
        ),
        pytest.param(told("webhook", WRITTEN[:3]), "webhook: 3 lost", id="not posted"),
        pytest.param(replace(RUN, waiting={"parked": 2}), "2 parked", id="left parked"),
        pytest.param(replace(RUN, differing=1), "1 records that differ", id="another replica"),
        pytest.param(
            replace(RUN, pictures={"without any fault": False}),
            "1 picture other than without any fault",
            id="another picture",
        ),
    ],
)
def test_whatever_is_tampered_with_is_said(tampered, complaint):
    report = findings(tampered)
    assert not report.holds
    assert complaint in report.wrong


def test_the_consumer_holds_what_is_behind_a_gap_and_passes_over_repetitions():
    places = Places()
    first, second, third, fourth = ONE
    assert list(places.take(first, is_last=True)) == [first]
    assert list(places.take(third, is_last=True)) == []
    assert list(places.take(fourth, is_last=True)) == []
    assert list(places.take(first, is_last=True)) == []
    assert list(places.take(second, is_last=True)) == [second, third, fourth]
    assert list(places.take(OTHER[1], is_last=True)) == []
    assert list(places.take(OTHER[0], is_last=False)) == OTHER


def picture(ids, *, revision, duration=480):
    """A program of one project with two tasks, by these ids."""
    program, organization, project, first, second = ids
    whose = {"organization_id": organization, "project_id": project}
    return orjson.dumps(
        {
            "program_id": program,
            "projects": [{"id": project, "organization_id": organization, "revision": revision}],
            "known_tasks": [{"id": first, **whose, "duration": 480}, {"id": second, **whose, "duration": duration}],
            "schedule": {"positions": {project: revision}, "longest_path": [second]},
        }
    )


def test_pictures_of_two_stacks_differ_in_ids_and_revisions_alone():
    one, other = (sorted(str(uuid7()) for _ in range(5)) for _ in range(2))
    expected = named(picture(one, revision=3))
    assert not any(id_.encode() in expected for id_ in one)
    assert named(picture(other, revision=7)) == expected
    assert named(picture(other, revision=7, duration=481)) != expected


def test_a_picture_that_names_what_is_not_in_it_is_refused():
    spoilt = orjson.loads(picture([str(uuid7()) for _ in range(5)], revision=1))
    spoilt["schedule"]["longest_path"] = [str(uuid7())]
    with pytest.raises(KeyError):
        named(orjson.dumps(spoilt))
