"""What the map writes on the ground: countries, towns and sub-cities, in Latin and in Ethiopic letters."""

from __future__ import annotations

from typing import Any

from homecare.queries.booked.travel import Point, great_circle_km

# Name, Amharic, latitude, longitude. Where a country's name has room, not its capital.
COUNTRIES = (
    ("Ethiopia", "ኢትዮጵያ", 8.1, 40.6), ("Eritrea", "ኤርትራ", 16.4, 37.6), ("Djibouti", "ጅቡቲ", 11.75, 42.6),
    ("Somalia", "ሶማሊያ", 3.4, 44.8), ("Kenya", "ኬንያ", 0.6, 37.9), ("South Sudan", "ደቡብ ሱዳን", 7.6, 30.2),
    ("Sudan", "ሱዳን", 15.4, 30.6), ("Uganda", "ዩጋንዳ", 1.5, 32.5), ("Yemen", "የመን", 15.6, 47.5),
)  # fmt: skip
# The towns where the company's patients, hospitals and partners are, the largest first: the map drops the last ones
# where there is no room.
TOWNS = (
    ("Addis Ababa", "አዲስ አበባ", 9.0250, 38.7469), ("Adama", "አዳማ", 8.5400, 39.2700),
    ("Hawassa", "ሐዋሳ", 7.0621, 38.4763), ("Bahir Dar", "ባሕር ዳር", 11.5936, 37.3908),
    ("Mekelle", "መቀሌ", 13.4967, 39.4753), ("Jimma", "ጅማ", 7.6736, 36.8344),
    ("Dire Dawa", "ድሬዳዋ", 9.5931, 41.8661), ("Gondar", "ጎንደር", 12.6030, 37.4521),
    ("Dessie", "ደሴ", 11.1333, 39.6333), ("Jijiga", "ጅጅጋ", 9.3500, 42.8000),
    ("Shashemene", "ሻሸመኔ", 7.2000, 38.6000), ("Arba Minch", "አርባ ምንጭ", 6.0333, 37.5500),
    ("Harar", "ሐረር", 9.3100, 42.1200), ("Nekemte", "ነቀምቴ", 9.0893, 36.5554),
    ("Debre Birhan", "ደብረ ብርሃን", 9.6796, 39.5326), ("Asella", "አሰላ", 7.9500, 39.1300),
    ("Gambela", "ጋምቤላ", 8.2472, 34.5919), ("Semera", "ሰመራ", 11.7930, 41.0058),
    ("Bishoftu", "ቢሾፍቱ", 8.7520, 38.9780), ("Burayu", "ቡራዩ", 9.0800, 38.6300),
    ("Sebeta", "ሰበታ", 8.9150, 38.6170), ("Sululta", "ሱሉልታ", 9.1830, 38.7500),
)  # fmt: skip
SUB_CITIES = {
    "Addis Ketema": "አዲስ ከተማ", "Akaki Kality": "አቃቂ ቃሊቲ", "Arada": "አራዳ", "Bole": "ቦሌ", "Gullele": "ጉለሌ",
    "Kirkos": "ቂርቆስ", "Kolfe Keranio": "ኮልፌ ቀራንዮ", "Lemi Kura": "ለሚ ኩራ", "Lideta": "ልደታ",
    "Nifas Silk-Lafto": "ንፋስ ስልክ ላፍቶ", "Yeka": "የካ",
}  # fmt: skip


# About a cell of the map for who may know no more.
NEAR_KM = 8.0


def in_amharic(sub_city: str) -> str:
    """Empty for a sub-city that was added or renamed."""
    return SUB_CITIES.get(sub_city, "")


def town_near(latitude: float, longitude: float) -> str:
    """The name of a town whose middle is within a cell's width. Empty where there is none."""
    at = Point(latitude, longitude)
    return next((name for name, _, *where in TOWNS if great_circle_km(at, Point(*where)) < NEAR_KM), "")


def features() -> dict[str, Any]:
    """Countries and towns as GeoJSON points with `kind`, `name`, `amharic` and `rank`, the lowest first."""
    kinds = (("country", COUNTRIES), ("town", TOWNS))
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"kind": kind, "name": name, "amharic": amharic, "rank": rank},
                "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            }
            for kind, rows in kinds
            for rank, (name, amharic, latitude, longitude) in enumerate(rows)
        ],
    }
