"""Text that is far too long for a date is refused before it is parsed."""

import pytest

from homecare.kinds import times


@pytest.mark.parametrize("parse", [times.parse_date, times.parse_moment, times.parse_day_or_moment])
@pytest.mark.parametrize("text", ["1" + " " * 300 + "x", "1" * 300, "1 10:00" + " " * 300 + "x"])
def test_what_is_far_too_long_is_refused_as_such(parse, text):
    with pytest.raises(ValueError, match="too long for a date"):
        parse(text)
