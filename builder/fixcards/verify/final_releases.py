"""When the feature releases of Python came out."""

from datetime import date

FINAL_RELEASE_DAYS: dict[tuple[int, int], date] = {
    (3, 6): date(2016, 12, 23),
    (3, 7): date(2018, 6, 27),
    (3, 8): date(2019, 10, 14),
    (3, 9): date(2020, 10, 5),
    (3, 10): date(2021, 10, 4),
    (3, 11): date(2022, 10, 24),
    (3, 12): date(2023, 10, 2),
    (3, 13): date(2024, 10, 7),
    (3, 14): date(2025, 10, 7),
}
"""Days of the first final releases, from the schedules in PEP 494, 537, 569, 596, 619, 664, 693, 719 and 745."""
