import datetime

import freezegun

with freezegun.freeze_time("2020-01-02"):
    assert datetime.date.today() == datetime.date(2020, 1, 2)
