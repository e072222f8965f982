"""Children of slow models are stopped while others work."""

from dataclasses import dataclass

from worker.precedence import Precedence


@dataclass
class Lamp:
    """On while it may run."""

    on: bool = True

    def pause(self) -> None:
        self.on = False

    def resume(self) -> None:
        self.on = True


def test_what_gives_way_stands_still_until_the_last_of_the_others_is_done() -> None:
    precedence, before, later = Precedence(), Lamp(), Lamp()
    with precedence.gives_way(before):
        with precedence.goes_first():
            assert not before.on
            with precedence.goes_first(), precedence.gives_way(later):
                assert not later.on, "it began while another one worked"
            assert not before.on
        assert before.on
    with precedence.goes_first():
        assert before.on, "it is over, and its process may be another's"


def test_it_goes_on_after_a_failure_of_the_others() -> None:
    precedence, lamp = Precedence(), Lamp()
    with precedence.gives_way(lamp):
        try:
            with precedence.goes_first():
                raise ValueError
        except ValueError:
            assert lamp.on
