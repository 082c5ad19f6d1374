"""Sites beyond doubt: in every plan nearly as good as the best, or in none; against brute force."""

from hypothesis import given, settings
from hypothesis import strategies as st

from weizhan.coverage.covering.instance import read_instance
from weizhan.coverage.covering.models import max_cover
from weizhan.coverage.covering.sure_sites import site_certainty

from .. import siting_instances as make

TINY = settings(max_examples=20, deadline=None)


@TINY
@given(make.coverings(), st.data())
def test_sites_beyond_doubt_are_so_in_every_good_plan(
    given_covering: tuple[make.Array, make.Array, make.Array], data: st.DataObject
) -> None:
    cover, weights, _ = given_covering
    sites = cover.shape[1]
    p = data.draw(st.integers(1, sites))
    best = max_cover(cover, weights, p=p)
    least = 0.9 * best.objective
    plans = make.choices(sites, most=p)
    good = [set(s) for s in plans if make.covered(cover, weights, s) >= least - 1e-9]
    found = site_certainty(read_instance(cover, weights, p=p), best, within=0.1)
    assert found.unknown.tolist() == []
    assert found.always.tolist() == sorted(set.intersection(*good))
    assert found.never.tolist() == sorted(set(range(sites)) - set.union(*good))
