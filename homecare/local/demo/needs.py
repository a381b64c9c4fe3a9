"""What patients need at home, and the notes that doctors, nurses and caregivers write about it.

A note's fields: {bp} blood pressure, {glucose} mg/dl, {temp} degrees Celsius, {pulse} per minute, {spo2} per cent.
"""

from typing import NamedTuple


class Need(NamedTuple):
    """A reason for home care: its share of patients, their ages and gender, and the notes each role writes."""

    share: int
    ages: tuple[int, int]
    gender: str | None
    visits: dict[str, int]
    notes: dict[str, tuple[str, ...]]


NEEDS = {
    "chronic": Need(30, (44, 84), None, {"Nurse": 6, "Doctor": 2, "Caregiver": 2}, {
        "Doctor": (
            "BP {bp}, glucose {glucose} mg/dl. Medication continued, amlodipine in the evening. Review in four weeks.",
            "Diabetes follow-up. No foot wounds, less feeling on the left. Glucose {glucose} mg/dl. HbA1c requested.",
            "Dizziness in the mornings, BP {bp}. Diuretic halved, family asked to write down values twice a day.",
            "Stable. BP {bp}, pulse {pulse}. Diet and salt discussed with the family.",
        ),
        "Nurse": (
            "BP {bp}, pulse {pulse}, glucose {glucose} mg/dl before breakfast. Insulin technique checked, correct.",
            "Weekly control. BP {bp}. Tablets counted, two doses missed; pill box filled with the family.",
            "Glucose {glucose} mg/dl. Foot care done and shown to the family.",
            "ደም ግፊት {bp}፣ የደም ስኳር {glucose}። መድኃኒቱን በሰዓቱ እየወሰዱ ነው።",
        ),
        "Caregiver": (
            "Breakfast and tablets on time. Walk of twenty minutes in the compound. Glucose {glucose} mg/dl.",
            "Prepared a low-salt lunch. In good spirits. BP {bp} at noon.",
            "Accompanied to the pharmacy; medicines for two weeks are in the house.",
        ),
    }),
    "elderly": Need(24, (68, 93), None, {"Caregiver": 7, "Nurse": 3, "Doctor": 1}, {
        "Doctor": (
            "General check. BP {bp}, SpO2 {spo2} %. Appetite fair, weight unchanged. Vitamin D started.",
            "Memory complaints of the family; short test done, referral to neurology discussed. BP {bp}.",
            "Knee pain when standing up. Paracetamol as needed, exercises shown. No swelling.",
        ),
        "Nurse": (
            "BP {bp}, temperature {temp}. Skin intact, no pressure marks. Ears rinsed.",
            "Fall risk checked: carpet in the hall removed with the family's consent.",
            "ሙቀት {temp}፣ ደም ግፊት {bp}። በጥሩ ሁኔታ ላይ ይገኛሉ።",
        ),
        "Caregiver": (
            "Bath, hair and nails. Ate well. Afternoon coffee together with the neighbours.",
            "Walked to the neighbours and back with the frame. A little tired afterwards.",
            "Slept until nine, tablets taken. Read the newspaper together.",
            "ምሳ በልተው ጥቂት ተመላለስን። ዛሬ ደስተኛ ናቸው።",
        ),
    }),
    "stroke": Need(11, (52, 82), None, {"Caregiver": 5, "Nurse": 4, "Doctor": 2}, {
        "Doctor": (
            "Six weeks after stroke. Right arm stronger (4/5), speech clearer. BP {bp}. Aspirin and statin continued.",
            "Swallowing safe with soft food. BP {bp}, pulse {pulse} regular. Physiotherapy three times a week.",
        ),
        "Nurse": (
            "Passive and active exercises of the right side, thirty minutes. BP {bp}. Position changed, skin intact.",
            "Catheter changed without difficulty. Temperature {temp}. Urine clear.",
            "Stood with support for two minutes. Family trained in safe transfer.",
        ),
        "Caregiver": (
            "Turned every two hours. Ate soft food sitting upright, no coughing.",
            "Exercises of the hand with the ball, three times ten. Motivated today.",
            "Washed and dressed with a little help. Walked to the window and back.",
        ),
    }),
    "wound": Need(13, (20, 74), None, {"Nurse": 8, "Doctor": 2, "Caregiver": 1}, {
        "Doctor": (
            "Two weeks after surgery. Wound closed, stitches to be removed in three days. No fever ({temp}).",
            "Diabetic foot ulcer smaller, 2 by 1.5 cm, clean ground. Dressing every second day continued.",
        ),
        "Nurse": (
            "Dressing changed. Wound dry and clean, no smell. Temperature {temp}.",
            "Stitches removed, edges closed. Advised to keep it dry for two days.",
            "Edges slightly red, temperature {temp}. Photo shown to the doctor, review tomorrow.",
            "ቁስሉ ታጥቦ ታሽጓል። ንጹሕና ደረቅ ነው።",
        ),
        "Caregiver": (
            "Helped with washing without wetting the dressing. Pain 3 of 10.",
            "Cooked and cleaned. Short walk in the corridor, no dizziness.",
        ),
    }),
    "mother": Need(10, (20, 40), "Female", {"Nurse": 8, "Doctor": 1, "Caregiver": 2}, {
        "Doctor": (
            "Day ten after birth. Uterus well contracted, BP {bp}, no fever. Iron continued.",
            "Mother and child well. Jaundice of the newborn fading, feeding every two to three hours.",
        ),
        "Nurse": (
            "Breastfeeding well, position corrected. Cord dry. Mother's BP {bp}, temperature {temp}.",
            "Newborn weighed: gained 180 g since the last visit. Danger signs repeated with the mother.",
            "Stitches heal well. Rest and fluids advised; grandmother helps at night.",
        ),
        "Caregiver": (
            "Bathed the baby together with the mother. Prepared genfo and tea.",
            "Mother slept three hours while the baby was watched. House in order.",
        ),
    }),
    "child": Need(5, (1, 11), None, {"Nurse": 5, "Doctor": 4}, {
        "Doctor": (
            "Cough for three days, temperature {temp}, chest clear. Fluids, control by phone in two days.",
            "Asthma follow-up: inhaler with spacer used correctly. SpO2 {spo2} %.",
        ),
        "Nurse": (
            "Temperature {temp}, SpO2 {spo2} %. Drinking well. Mother knows the danger signs.",
            "Nebuliser given, breathing easier afterwards. SpO2 {spo2} %.",
        ),
    }),
    "palliative": Need(7, (50, 88), None, {"Nurse": 6, "Caregiver": 4, "Doctor": 3}, {
        "Doctor": (
            "Pain 3 of 10 under the present dose, sleeps through. Mouth care and constipation plan renewed.",
            "Family talk: wishes to stay at home. Night number of the nurse left in writing.",
        ),
        "Nurse": (
            "Pain 2 of 10. Subcutaneous line flushed. Position changed, mouth care done.",
            "Drinks a little. Breathing calm, SpO2 {spo2} %. Family well informed.",
        ),
        "Caregiver": (
            "Quiet day. Hands and feet massaged, music from the radio. Small spoons of soup.",
            "Stayed while the family rested. Turned every two hours, skin intact.",
        ),
    }),
}  # fmt: skip

MISSED_NOTES = (
    "Nobody opened and the phone was off. Coordinator informed.",
    "Road closed at the ring road, could not arrive in time. Family was called.",
    "Patient was at the hospital for a control. New date agreed.",
    "Caregiver fell ill on the way; no replacement found in time.",
)
CANCELLED_NOTES = (
    "Family asked for another day.",
    "Relatives are visiting and help this week.",
    "Admitted to hospital; visits paused.",
    "Cancelled by phone in the evening before.",
)
