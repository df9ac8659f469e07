//! A pass looked up by the code that the gate reads out.

use qiantai::counter::passes;
use qiantai::text::lang::Lang;

use crate::frames::assert_whole;
use crate::office::Office;
use crate::stage::Stage;

const WIDE: (u16, u16) = (120, 36);

#[test]
fn a_code_that_is_read_out_leads_to_its_pass_and_the_check_out() {
    for lang in Lang::ALL {
        let office = Office::standard();
        let number = "FX-20261123-001";
        let code = passes::code_of(&office.store, &office.desk, number).unwrap().unwrap();
        let mut stage = Stage::receptionist(office, lang);
        stage.press("6 Ctrl+B");
        assert_whole(&mut stage, "the code");
        stage.type_text("hk7m-3xq");
        stage.press("Enter");
        assert_whole(&mut stage, "a short code");
        let short = if lang == Lang::En { "has 8 signs" } else { "核对码共 8 位" };
        assert!(stage.text(WIDE).contains(short), "{}", stage.text(WIDE));
        stage.press("Esc Ctrl+B");
        let full_width: String =
            code.signs().chars().map(|sign| char::from_u32(sign as u32 + 0xfee0).unwrap()).collect();
        stage.type_text(&full_width);
        stage.press("Enter");
        let text = stage.text(WIDE);
        assert!(text.contains(number) && text.contains(&code.to_string()), "{text}");
        let (valid, first) = match lang {
            Lang::ZhCn => ("有效", "F5 门岗放行"),
            Lang::En => ("is valid", "F5 Check out"),
        };
        assert!(text.contains(valid) && text.contains(first), "{text}");
    }
}

#[test]
fn the_palette_knows_the_check_by_code() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    stage.press("Ctrl+K =hdm Enter");
    assert!(stage.text(WIDE).contains("核对放行条"), "{}", stage.text(WIDE));
}
