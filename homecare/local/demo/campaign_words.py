"""The thirty campaigns of the last year, the platforms they ran on, and the texts around them."""

from typing import NamedTuple

PLATFORMS = (
    ("Facebook", "Page and paid posts; most families find us here"),
    ("Instagram", "Stories of our caregivers, paid reels"),
    ("Telegram", "Channel with weekly health advice in Amharic"),
    ("TikTok", "Short videos by our nurses"),
    ("Google Ads", "Search words around home nursing and physiotherapy"),
    ("YouTube", "Longer interviews with doctors"),
    ("SMS", "Bulk messages to people who agreed to them"),
    ("Radio", "Spots on Addis stations"),
)

LEAD_SOURCES = (
    ("Facebook", "Forms and messages on the Facebook page"),
    ("Instagram", "Messages on Instagram"),
    ("Telegram", "Questions in the Telegram channel"),
    ("TikTok", "Comments and profile link"),
    ("Google Search", "Paid and free search results"),
    ("Website", "Contact form of the website"),
    ("Phone Call", "Calls to the short number"),
    ("Walk-in", "Visitors at the Bole office"),
    ("Hospital Partner", "Discharge desks of partner hospitals"),
    ("NGO Partner", "Partner organisations"),
    ("Event", "Screening days and community events"),
    ("Referral", "Families who were helped before"),
    ("Radio", "Listeners who call after a spot"),
    ("SMS", "Answers to text messages"),
)

SOURCES_WITHOUT_CAMPAIGN = ("Website", "Phone Call", "Walk-in", "Hospital Partner", "NGO Partner", "Referral")


class CampaignPlan(NamedTuple):
    """A campaign: first day and length in days relative to today, budget in ETB, and its weight in leads."""

    name: str
    platform: str | None
    source: str
    start: int
    days: int
    budget: int
    weight: int
    audience: str
    status: str | None = None


FAMILIES = "Adult children who care for a parent in Addis Ababa"
ABROAD = "Ethiopians abroad who arrange care for their parents"
MOTHERS = "Expecting and new mothers in Addis Ababa"
DISCHARGED = "Patients going home after surgery, and their families"
CHRONIC = "People living with diabetes or high blood pressure"

CAMPAIGNS = (
    CampaignPlan("Home Nursing in Addis", "Facebook", "Facebook", -365, 90, 95000, 9, FAMILIES),
    CampaignPlan("Care for Your Mother, from Abroad", "Facebook", "Facebook", -350, 75, 120000, 8, ABROAD),
    CampaignPlan("After Surgery, at Home", "Google Ads", "Google Search", -340, 100, 88000, 8, DISCHARGED),
    CampaignPlan("Family Check-up Month", "Telegram", "Telegram", -320, 40, 24000, 5, FAMILIES),
    CampaignPlan("Blood Pressure Awareness Month", "Radio", "Radio", -305, 30, 60000, 4, CHRONIC),
    CampaignPlan("Newborn at Home", "Instagram", "Instagram", -295, 70, 52000, 6, MOTHERS),
    CampaignPlan("Bole Free Screening Day", None, "Event", -280, 14, 35000, 4, "Residents of Bole and Yeka"),
    CampaignPlan(
        "Physiotherapy at Your Door", "YouTube", "Website", -270, 60, 45000, 4, "Stroke survivors and families"
    ),
    CampaignPlan("Discharge Desk Leaflets", None, "Hospital Partner", -260, 120, 28000, 6, DISCHARGED),
    CampaignPlan("Meet Our Nurses", "TikTok", "TikTok", -250, 60, 30000, 5, "Young adults who decide for the family"),
    CampaignPlan("Diabetes: Know Your Numbers", "Facebook", "Facebook", -235, 60, 70000, 7, CHRONIC),
    CampaignPlan("Give a Home Visit", "SMS", "SMS", -225, 21, 18000, 3, "Families who used our care before"),
    CampaignPlan("Night Care You Can Trust", "Google Ads", "Google Search", -210, 90, 92000, 8, FAMILIES),
    CampaignPlan("Telegram Health Questions", "Telegram", "Telegram", -200, 230, 78000, 7, CHRONIC),
    CampaignPlan("When You Visit Home", "Instagram", "Instagram", -190, 60, 85000, 6, ABROAD),
    CampaignPlan("Mothers' Hour", "Radio", "Radio", -175, 210, 108000, 1, MOTHERS),
    CampaignPlan("Stroke: Act Fast", "YouTube", "Website", -165, 60, 48000, 4, "Adults over 50 and families"),
    CampaignPlan("Summit and CMC Launch", "Facebook", "Facebook", -150, 60, 66000, 7, "Residents of Lemi Kura"),
    CampaignPlan("Wound Care at Home", "Google Ads", "Google Search", -140, 80, 74000, 7, DISCHARGED),
    CampaignPlan("Bole Open House", None, "Event", -130, 10, 32000, 3, "Neighbours of the Bole office"),
    CampaignPlan("Caring for Grandparents", "TikTok", "TikTok", -115, 60, 34000, 5, FAMILIES, "Cancelled"),
    CampaignPlan("Refer a Neighbour", "SMS", "Referral", -105, 90, 22000, 6, "Families who used our care before"),
    CampaignPlan("Home Doctor within a Day", "Facebook", "Facebook", -92, 120, 110000, 10, FAMILIES),
    CampaignPlan("Search: Home Nursing Addis", "Google Ads", "Google Search", -80, 130, 125000, 10, FAMILIES),
    CampaignPlan(
        "Breathing Easier: Asthma Care", "Telegram", "Telegram", -64, 60, 26000, 5, "Parents and people with asthma"
    ),
    CampaignPlan("First Forty Days", "Instagram", "Instagram", -52, 80, 58000, 7, MOTHERS),
    CampaignPlan("Caregivers' Stories", "TikTok", "TikTok", -38, 70, 36000, 6, FAMILIES),
    CampaignPlan("Kidney Health Radio Hour", "Radio", "Radio", -30, 45, 54000, 4, CHRONIC, "Paused"),
    CampaignPlan("Send Care Home", "Facebook", "Facebook", -16, 60, 98000, 8, ABROAD),
    CampaignPlan("Gullele Wellness Week", None, "Event", 12, 14, 42000, 0, "Families in Gullele and Arada"),
)

CONTENTS = (
    ("Image", "A nurse measures blood pressure in a living room; headline in Amharic"),
    ("Video", "Thirty seconds: a caregiver's morning with Ato Bekele"),
    ("Post", "Five signs that an elderly parent needs help at home"),
    ("Story", "Question sticker: who cares for your parents?"),
    ("Email", "Letter to families who asked for prices"),
    ("SMS", "Short invitation with the phone number of the office"),
    ("Flyer", "A5 leaflet for hospital discharge desks, Amharic and English"),
    ("Blog", "What a home visit costs and what it includes"),
    ("Image", "Map of the sub-cities where we visit the same day"),
    ("Video", "A doctor explains when a home visit is enough"),
    ("Post", "Thank-you note from a family in Kirkos, shared with their consent"),
    ("Story", "A day with our store keeper: how the nurse's bag is packed"),
)

TASKS = (
    ("Approve the Amharic copy", "Two readers, one of them a nurse"),
    ("Call back the leads of the weekend", "Start with those who left a phone number"),
    ("Order leaflets for the discharge desks", "500 pieces, both languages"),
    ("Film a caregiver's morning", "Consent form signed before filming"),
    ("Update the price table on the landing page", "Finance confirmed the new prices"),
    ("Report cost per lead of last month", "For the management meeting"),
    ("Answer open comments", "No health advice in public comments"),
    ("Book a radio slot", "Ask for the morning programme"),
    ("Check the contact form on a phone", "Slow connection, small screen"),
    ("Prepare the screening tables", "Blood pressure, glucose, weight"),
    ("Invite partner organisations", "Letters by hand, then a call"),
    ("Clean duplicates in the lead list", "Same phone number, keep the older one"),
)

LEAD_NOTES = {
    "New": ("Asked for prices", "Wants a call after work", "Left a message at night", None, None),
    "Contacted": (
        "Will discuss with the family", "Asked for a female caregiver", "Call again next week", "Sent the price list"),
    "Qualified": (
        "Needs a nurse twice a week", "Mother comes home from hospital soon", "Wants a home doctor for a check",
        "Visit of a coordinator agreed"),
    "Converted": ("First visit agreed", "Family signed the care agreement", "Registered at the office"),
    "Unqualified": ("Lives outside our area", "Was looking for work", "Needs hospital care, advised to go today"),
    "Lost": ("Found a relative who helps", "No answer after three calls", "Price too high", "Chose another service"),
}  # fmt: skip
