//! Old personal data by the command line: counted, taken out, a supervisor's alone.

use super::{Office, keys};

#[test]
fn it_says_first_what_would_go() {
    let office = Office::new();
    let plan = office.boss_json(&["retention"]);
    assert_eq!(
        keys(&plan),
        [
            "before",
            "cases",
            "copies",
            "drafts",
            "held",
            "households",
            "kinds",
            "newest",
            "oldest",
            "records",
            "years"
        ]
    );
    assert_eq!((plan["cases"].as_u64(), plan["years"].as_u64()), (Some(0), Some(5)));
    assert_eq!(office.boss_json(&["retention", "--years", "2"])["years"], 2);
    office.boss(&["retention"]).shows("There is nothing to be taken out.");
    let done = office.boss_json(&["retention", "--run"]);
    assert_eq!(keys(&done), ["before", "cases", "copies", "drafts", "entries", "households", "scoured"]);
    assert_eq!(done["scoured"], true);
    office.boss(&["retention", "--run"]).shows("Copies made before hold them still");
    office.by("王敏", &["doctor"]).shows("sound");
    // There was nothing to take out, so no copy holds anything more than the book.
    office.boss_json(&["backup"]);
    assert_eq!(office.boss_json(&["retention"])["copies"], serde_json::json!([]));
    assert_eq!(office.boss_json(&["retention", "--remove-copies"])["removed"], serde_json::json!([]));
    office.boss(&["retention", "--remove-copies", "--run"]).misused("--remove-copies");
}

#[test]
fn a_receptionist_is_refused_and_that_is_on_record() {
    let office = Office::new();
    for call in [&["retention"][..], &["retention", "--run"], &["retention", "--remove-copies"]] {
        office.desk(call).refused("supervisor");
    }
    let office = office.in_chinese();
    office.desk(&["retention"]).refused("主管");
}

#[test]
fn years_out_of_range_are_wrong_usage() {
    let office = Office::new();
    for years in ["0", "51", "x"] {
        office.boss(&["retention", "--years", years]).misused("--years");
    }
}
