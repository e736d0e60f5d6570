import pytest

from bouton_widgets._flow import BESIDE, HAND, LATE, PACE, PATIENCE, SILENCE, Flow


def test_nothing_goes_where_nobody_watches():
    assert not Flow().ready(0.0)


def test_a_frame_waits_for_the_answer_to_the_one_before():
    flow = Flow()
    flow.hello("a", 0.0)
    assert flow.ready(0.0)
    number = flow.send(0.0)
    assert not flow.ready(0.041)
    flow.answered("a", number, 0.041)
    assert flow.ready(0.041)
    assert flow.send(0.041) == number + 1


def test_a_late_answer_is_not_waited_for_but_no_two_frames_are_ahead_of_the_answers():
    flow = Flow()
    flow.hello("a", 0.0)
    first = flow.send(0.0)
    assert not flow.ready(LATE - 0.001)
    assert flow.soon(LATE - 0.001) == pytest.approx(0.001)
    assert flow.ready(LATE)
    flow.send(LATE)
    assert not flow.ready(0.4)
    flow.answered("a", first, 0.4)
    assert flow.ready(0.4)


def test_frames_that_nobody_is_in_a_hurry_for_keep_a_distance():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.answered("a", flow.send(10.0), 10.001)
    assert not flow.ready(10.0 + PACE / 2)
    assert flow.soon(10.0 + PACE / 2) == pytest.approx(PACE / 2)
    assert flow.ready(10.0 + 1.01 * PACE)
    assert flow.ready(10.0 + PACE / 2, urgent=True)


def test_while_a_hand_is_expected_to_go_on_the_machine_is_left_to_its_answers():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.hand(10.0)
    assert flow.ready(10.0, urgent=True)
    flow.answered("a", flow.send(10.0), 10.001)
    assert not flow.ready(10.0 + 1.01 * PACE)
    assert flow.soon(10.0 + 1.01 * LATE) == pytest.approx(BESIDE - 1.01 * LATE)
    assert flow.ready(10.02, urgent=True)
    flow.hand(10.02)
    assert flow.ready(10.0 + 1.01 * BESIDE)
    # It has stopped.
    flow.answered("a", flow.send(9.95 + HAND), 9.951 + HAND)
    assert not flow.ready(9.95 + HAND + 1.2 * PACE)
    flow.answered("a", flow.send(10.1 + HAND), 10.101 + HAND)
    assert flow.ready(10.1 + HAND + 1.01 * PACE)


def test_the_slowest_page_sets_the_pace():
    flow = Flow()
    flow.hello("quick", 0.0)
    flow.hello("slow", 0.0)
    number = flow.send(0.0)
    flow.answered("quick", number, 0.01)
    assert not flow.ready(0.02)
    flow.answered("slow", number, 0.2)
    assert flow.ready(0.2)


def test_a_page_that_stays_silent_holds_up_the_others_for_a_moment_only():
    flow = Flow()
    flow.hello("here", 0.0)
    flow.hello("gone", 0.0)
    flow.answered("here", flow.send(0.0), 0.01)
    flow.answered("here", flow.send(LATE), LATE + 0.01)
    assert not flow.ready(PATIENCE)
    assert flow.ready(PATIENCE + 0.01)
    now = PATIENCE + 0.01
    flow.answered("here", flow.send(now), now)
    assert flow.ready(now + PACE)


def test_an_answer_that_got_lost_does_not_freeze_the_picture():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.send(0.0)
    now = PATIENCE + 0.01
    assert flow.ready(now)
    flow.send(now)
    assert not flow.ready(now + PATIENCE / 2)
    assert flow.ready(now + PATIENCE + 0.01)


def test_a_page_is_forgotten_after_a_long_silence():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.send(100.0)
    flow.drop_silent(100.0 + SILENCE)
    assert len(flow) == 1
    flow.drop_silent(100.1 + SILENCE)
    assert len(flow) == 0
    assert not flow.ready(200.0)


def test_a_page_that_owes_nothing_may_be_silent_for_ever():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.answered("a", flow.send(0.0), 0.1)
    flow.drop_silent(1e6)
    assert len(flow) == 1


def test_silence_does_not_count_while_this_side_is_busy():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.send(0.0)
    flow.excuse(SILENCE)
    flow.drop_silent(SILENCE + 1.0)
    assert len(flow) == 1
    assert flow.ready(SILENCE)


def test_a_page_that_was_forgotten_comes_back_with_its_answer():
    flow = Flow()
    flow.hello("a", 0.0)
    number = flow.send(0.0)
    flow.drop_silent(100.0)
    flow.answered("a", number, 101.0)
    assert len(flow) == 1
    assert flow.ready(101.0)


def test_who_says_goodbye_is_not_waited_for():
    flow = Flow()
    flow.hello("a", 0.0)
    flow.hello("b", 0.0)
    flow.answered("a", flow.send(0.0), 0.1)
    flow.bye("b")
    flow.bye("never seen")
    assert flow.ready(0.1)


def test_an_answer_to_an_older_frame_pays_nothing_that_came_later():
    flow = Flow()
    flow.hello("a", 0.0)
    first = flow.send(0.0)
    flow.answered("a", first, 0.1)
    flow.send(0.2)
    flow.answered("a", first, 0.21)
    assert not flow.ready(0.241)


def test_an_urgent_frame_overtakes_one_that_is_on_its_way_but_not_two():
    flow = Flow()
    flow.hello("a", 0.0)
    first = flow.send(0.0)
    assert not flow.ready(0.01)
    assert flow.ready(0.01, urgent=True)
    second = flow.send(0.01)
    assert not flow.ready(0.02, urgent=True)
    flow.answered("a", first, 0.03)
    assert not flow.ready(0.051)
    assert flow.ready(0.03, urgent=True)
    flow.answered("a", second, 0.04)
    assert flow.ready(0.2)


def test_nothing_is_urgent_where_nobody_watches():
    assert not Flow().ready(0.0, urgent=True)
