"""Where the invented patients live: the sub-cities of Addis Ababa, a few other towns, and landmarks."""

from typing import NamedTuple

from homecare.models.ours.sub_cities import CENTRES


class Area(NamedTuple):
    """A sub-city or a town: its approximate centre, its share of the patients, and landmarks named in addresses."""

    name: str
    latitude: float
    longitude: float
    share: int
    landmarks: tuple[str, ...]


# Bole is first, because the demo doctor, nurse and caregiver work there.
SUB_CITIES = (
    Area("Bole", *CENTRES["Bole"], 17, (
        "behind Edna Mall", "near Bole Medhanialem Church", "Rwanda Street", "off Cameroon Street", "near Bole Atlas")),
    Area("Yeka", *CENTRES["Yeka"], 14, (
        "near Megenagna roundabout", "Kotebe, by the College", "above the British Embassy", "Shola", "Ayat Zone 3")),
    Area("Nifas Silk-Lafto", *CENTRES["Nifas Silk-Lafto"], 13, (
        "near Jemo Condominium", "by Saris Abo Church", "Lebu, near the railway station", "Mekanisa Abo", "Gofa Camp")),
    Area("Kolfe Keranio", *CENTRES["Kolfe Keranio"], 11, (
        "near Ayer Tena", "Bethel, by the hospital road", "Zenebe Work", "by Kolfe Atena Tera", "Alem Bank")),
    Area("Lemi Kura", *CENTRES["Lemi Kura"], 9, (
        "Summit Condominium", "near CMC Michael Church", "Figa, by the pharmacy", "Goro roundabout", "Bole Arabsa")),
    Area("Kirkos", *CENTRES["Kirkos"], 8, (
        "near Meskel Square", "behind Kazanchis market", "by Riche", "Olympia, near the roundabout", "Beklobet")),
    Area("Gullele", *CENTRES["Gullele"], 8, (
        "Shiro Meda", "near Addisu Gebeya", "by Kuskuam Mariam", "Rufael area", "below the Entoto road")),
    Area("Arada", *CENTRES["Arada"], 7, (
        "near Piassa", "by St. George's Cathedral", "Arat Kilo", "Ras Mekonnen Bridge", "Sidist Kilo")),
    Area("Akaki Kality", *CENTRES["Akaki Kality"], 7, (
        "near Kality Mesalemia", "Tulu Dimtu Condominium", "Akaki Beseka", "Gelan Condominium", "Saris Addis Sefer")),
    Area("Lideta", *CENTRES["Lideta"], 6, (
        "near Lideta Mariam Church", "by Mexico Square", "Lideta Condominium", "Abnet Square", "Coca, by the school")),
    Area("Addis Ketema", *CENTRES["Addis Ketema"], 5, (
        "near Autobus Tera", "by Amanuel Church", "Sebategna", "Merkato, Military Tera", "Mesalemia")),
)  # fmt: skip

TOWNS = (
    Area("Adama", 8.5414, 39.2689, 12, ("near Posta Bet", "Kebele 08", "by the stadium")),
    Area("Hawassa", 7.0504, 38.4955, 8, ("Piassa", "near the lake front", "Tabor")),
    Area("Bahir Dar", 11.5936, 37.3908, 8, ("Kebele 14", "near St. George's Church", "by the Blue Nile bridge")),
    Area("Mekelle", 13.4967, 39.4753, 5, ("Kedamay Weyane", "Adi Haki")),
    Area("Jimma", 7.6733, 36.8344, 6, ("Ferenj Arada", "near Jimma University")),
)
