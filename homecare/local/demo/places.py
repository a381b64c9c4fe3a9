"""Where the made-up patients live: the sub-cities of Addis Ababa, a few other towns, and what stands near a home."""

from typing import NamedTuple


class Area(NamedTuple):
    """A sub-city or a town: its approximate centre, its share of the patients, and landmarks named in addresses."""

    name: str
    latitude: float
    longitude: float
    share: int
    landmarks: tuple[str, ...]


# The demo doctor, nurse and caregiver work around Bole: it stands first.
SUB_CITIES = (
    Area("Bole", 8.9831, 38.8101, 17, (
        "behind Edna Mall", "near Bole Medhanialem Church", "Rwanda Street", "off Cameroon Street", "near Bole Atlas")),
    Area("Yeka", 9.0500, 38.8340, 14, (
        "near Megenagna roundabout", "Kotebe, by the College", "above the British Embassy", "Shola", "Ayat Zone 3")),
    Area("Nifas Silk-Lafto", 8.9575, 38.7263, 13, (
        "near Jemo Condominium", "by Saris Abo Church", "Lebu, near the railway station", "Mekanisa Abo", "Gofa Camp")),
    Area("Kolfe Keranio", 9.0167, 38.6897, 11, (
        "near Ayer Tena", "Bethel, by the hospital road", "Zenebe Work", "by Kolfe Atena Tera", "Alem Bank")),
    Area("Lemi Kura", 9.0167, 38.8721, 9, (
        "Summit Condominium", "near CMC Michael Church", "Figa, by the pharmacy", "Goro roundabout", "Bole Arabsa")),
    Area("Kirkos", 9.0023, 38.7564, 8, (
        "near Meskel Square", "behind Kazanchis market", "by Riche", "Olympia, near the roundabout", "Beklobet")),
    Area("Gullele", 9.0839, 38.7230, 8, (
        "Shiro Meda", "near Addisu Gebeya", "by Kuskuam Mariam", "Rufael area", "below the Entoto road")),
    Area("Arada", 9.0398, 38.7525, 7, (
        "near Piassa", "by St. George's Cathedral", "Arat Kilo", "Ras Mekonnen Bridge", "Sidist Kilo")),
    Area("Akaki Kality", 8.8958, 38.7892, 7, (
        "near Kality Mesalemia", "Tulu Dimtu Condominium", "Akaki Beseka", "Gelan Condominium", "Saris Addis Sefer")),
    Area("Lideta", 9.0111, 38.7367, 6, (
        "near Lideta Mariam Church", "by Mexico Square", "Lideta Condominium", "Abnet Square", "Coca, by the school")),
    Area("Addis Ketema", 9.0334, 38.7316, 5, (
        "near Autobus Tera", "by Amanuel Church", "Sebategna", "Merkato, Military Tera", "Mesalemia")),
)  # fmt: skip

TOWNS = (
    Area("Adama", 8.5414, 39.2689, 12, ("near Posta Bet", "Kebele 08", "by the stadium")),
    Area("Hawassa", 7.0504, 38.4955, 8, ("Piassa", "near the lake front", "Tabor")),
    Area("Bahir Dar", 11.5936, 37.3908, 8, ("Kebele 14", "near St. George's Church", "by the Blue Nile bridge")),
    Area("Mekelle", 13.4967, 39.4753, 5, ("Kedamay Weyane", "Adi Haki")),
    Area("Jimma", 7.6733, 36.8344, 6, ("Ferenj Arada", "near Jimma University")),
)

# Demo homes stay inside this box, whatever the dice say.
LATITUDES = (8.82, 9.11)
LONGITUDES = (38.63, 38.92)
