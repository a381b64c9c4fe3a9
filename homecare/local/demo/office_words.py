"""The items of the inventory, and the texts of office tasks."""

# Name, description, shelf life in months (0: does not expire).
ITEMS = (
    ("Digital blood pressure monitor", "Upper arm, with cuffs M and L", 0),
    ("Glucometer", "With carrying case", 0),
    ("Glucometer strips, box of 50", "Keep dry, below 30 degrees", 14),
    ("Pulse oximeter", "Fingertip, with spare batteries", 0),
    ("Infrared thermometer", "Contactless", 0),
    ("Stethoscope", "Adult", 0),
    ("Stethoscope, paediatric", "Small bell", 0),
    ("Nebuliser", "With mask for adults and children", 0),
    ("Oxygen concentrator 5 l", "Serviced every six months", 0),
    ("Suction machine, portable", "Battery lasts about one hour", 0),
    ("Wheelchair, foldable", "Seat width 46 cm", 0),
    ("Walking frame", "Adjustable height", 0),
    ("Hospital bed, manual", "Two cranks, with side rails", 0),
    ("Anti-decubitus mattress", "With pump", 0),
    ("Nurse's bag", "Packed by the checklist on its lid", 0),
    ("Sterile gauze 10 x 10, box of 100", "Single packed", 30),
    ("Dressing set, sterile", "Tweezers, gauze, drape", 24),
    ("Foley catheter CH 16", "Sterile, latex free", 20),
    ("Urine bag 2 l, pack of 10", "With drain", 28),
    ("Insulin, intermediate, vial", "Cold chain, 2 to 8 degrees", 8),
    ("Adrenaline 1 mg, ampoules", "Emergency kit", 10),
    ("Normal saline 0.9 %, 500 ml", "Carton of 20", 18),
    ("Ringer's lactate, 500 ml", "Carton of 20", 18),
    ("IV cannula G22, box of 50", "Blue", 26),
    ("Examination gloves M, box of 100", "Nitrile", 30),
    ("Surgical masks, box of 50", "Three layers", 30),
    ("Hand sanitiser 500 ml", "Alcohol 70 %", 16),
    ("Povidone iodine 500 ml", "Away from light", 16),
    ("Baby scale", "Hanging, up to 25 kg", 0),
    ("Delivery and newborn kit", "Cord clamps, cap, blanket", 24),
)
LOCATIONS = (
    "Bole store, shelf A", "Bole store, shelf B", "Bole store, cold cabinet", "CMC branch cupboard", "Car 2 (Toyota)",
    "Car 3 (Suzuki)", "Nurses' room",
)  # fmt: skip

_BEFORE = (
    "Ask for the signed consent form, it is not in the folder",
    "Bring the laboratory result to the doctor before the visit",
    "Confirm the address; the driver could not find the house",
    "Arrange an interpreter for Afaan Oromo",
    "Check that the dressing sets are in the nurse's bag",
    "Remind the family of the fasting blood test",
    "ለቤተሰቡ ደውሎ የሚቀጥለውን ቀጠሮ ማረጋገጥ",
)
# By the status of the visit that the task belongs to.
VISIT_REMARKS = {
    "Pending": (*_BEFORE, "Confirm the time with the family"),
    "Scheduled": _BEFORE,
    "In Progress": ("Call after the visit and ask how it went", "Prepare the price of a longer stay for the family"),
    "Completed": (
        "Complete the visit note and file the consent form",
        "Send the family the list of exercises",
        "Order the medicines that the doctor named",
        "Call the family two days after the visit",
        "Book the laboratory for next week",
    ),
    "Missed": (
        "Call the family about the missed visit and agree a new time",
        "Find out why nobody opened and note a second phone number",
    ),
}
# By the role of the person who does it.
OFFICE_REMARKS = {
    "Coordinator": (
        "Prepare the duty list of next week",
        "Update the emergency contacts in the folders",
        "Send the monthly figures to the health bureau",
    ),
    "Nurse": ("Prepare the training on fall prevention", "Check the nurses' bags against the list"),
    "Doctor": ("Read the wound photos of the week", "Renew the treatment guideline for high blood pressure"),
    "Caregiver": ("Bring the licence copy for the staff file", "Read the new hygiene instruction and sign it"),
    "Inventory": (
        "Count the cold cabinet and note the temperature",
        "Collect the oxygen cylinders from the supplier",
        "Take the car to the yearly inspection",
    ),
    "Finance": ("Check invoices older than thirty days", "Settle the fuel receipts of the drivers"),
    "Marketing": ("Collect the consent forms for the photos", "Bring leaflets to the discharge desks"),
}
MESSAGES = (
    "Good day. We come today at the agreed time. Please keep the medicine box ready.",
    "Reminder: blood test tomorrow morning, please do not eat before it.",
    "The doctor has seen your values and is satisfied. The treatment stays the same.",
    "We are sorry, the visit moves by half an hour because of traffic on the ring road.",
    "Your next visit is confirmed. Call the office if the time does not suit you.",
    "Please drink enough water today and measure the temperature in the evening.",
    "Thank you for your trust. Tell us how the visit was when you have a minute.",
    "The new dressing stays on until the day after tomorrow. Keep it dry.",
    "The laboratory result has arrived. The doctor will call you this afternoon.",
    "እንደምን ነዎት። ዛሬ በተስማማነው ሰዓት እንመጣለን።",
    "የነገው ጉብኝት ተረጋግጧል። ሰዓቱ ካልተመቸዎ ይደውሉልን።",
    "መድኃኒቱን ከምግብ በኋላ መውሰድ አይርሱ።",
)
