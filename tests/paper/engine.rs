//! Template and data in, PDF out: and nothing else, whatever a template or a name tries.

use std::path::Path;
use std::time::Instant;

use qiantai::paper::engine::{Engine, Pdf};
use qiantai::paper::{PaperError, What};
use qiantai::text::lang::Lang;
use serde_json::{Value, json};

use crate::dense;

fn data(name: &str) -> Value {
    json!({
        "title": "单据", "number": "BX-20261124-007", "office": "蔚蓝新都服务中心", "printed": "2026-11-24 09:41 王敏",
        "facts": [{ "label": "联系人", "value": name }],
        "fields": {}, "lines": [], "steps": [], "timeline": [],
    })
}

/// Lays out with this text in place of the built-in sheet of a case.
fn with(directory: &Path, template: &str, name: &str) -> Pdf {
    std::fs::write(directory.join("case.typ"), template).unwrap();
    Engine::new(Some(directory.to_owned())).render("case", &data(name), Lang::ZhCn).unwrap()
}

fn whole(pdf: &Pdf) -> String {
    assert!(pdf.bytes.starts_with(b"%PDF-"), "a PDF");
    dense(&pdf.pages.join("\n"))
}

#[test]
fn a_case_is_laid_out_in_both_languages() {
    let engine = Engine::new(None);
    let zh = engine.render("case", &data("张建国"), Lang::ZhCn).unwrap();
    assert_eq!(zh.pages.len(), 1);
    let text = whole(&zh);
    for part in ["张建国", "BX-20261124-007", "第 1 页 共 1 页", "公司盖章", "王敏"] {
        assert!(text.contains(&dense(part)), "{part}: {text}");
    }
    let en = engine.render("case", &data("张建国"), Lang::En).unwrap();
    assert!(whole(&en).contains("Page1of1"), "{}", whole(&en));
    assert_eq!((zh.missing.len(), zh.faults.len()), (0, 0));
}

#[test]
fn what_a_name_says_is_shown_and_never_run() {
    let names = [
        "#eval(\"1+1\")",
        "#read(\"/etc/passwd\")",
        "]#panic(\"x\")[",
        "$x^2$ *b* _i_ `c` \\u{41} <a> @b",
        "#import \"@preview/cetz:0.3.0\"",
        "\"; #let d = 1",
    ];
    for name in names {
        let pdf = Engine::new(None).render("case", &data(name), Lang::ZhCn).unwrap();
        let text = whole(&pdf);
        assert!(text.contains(&dense(name)), "{name}: {text}");
    }
}

#[test]
fn signs_that_turn_or_hide_text_do_not_reach_the_paper() {
    let pdf = Engine::new(None).render("case", &data("张\u{202e}三\u{1b}[2J\u{0}李"), Lang::ZhCn).unwrap();
    let text = whole(&pdf);
    assert!(!text.contains(['\u{202e}', '\u{1b}', '\u{0}']), "{text:?}");
}

#[test]
fn rare_characters_are_printed_and_those_without_a_glyph_are_named() {
    let pdf = Engine::new(None).render("case", &data("𠮷田 䶮 喆堃犇"), Lang::ZhCn).unwrap();
    assert!(pdf.missing.is_empty(), "{:?}", pdf.missing);
    assert!(whole(&pdf).contains("𠮷田䶮喆堃犇"), "{}", whole(&pdf));
    // Nothing is assigned there: no font has it.
    let pdf = Engine::new(None).render("case", &data("张\u{3fffd}三"), Lang::ZhCn).unwrap();
    assert_eq!(pdf.missing, ['\u{3fffd}']);
    assert!(whole(&pdf).contains("张□三"), "{}", whole(&pdf));
}

#[test]
fn an_edited_template_is_used_and_a_faulty_one_named_by_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let own = "#import \"/common.typ\": *\n#let d = json(\"/data.json\")\n本公司自己的单 #d.number";
    let pdf = with(directory.path(), own, "张三");
    assert!(whole(&pdf).contains("本公司自己的单BX-20261124-007"), "{}", whole(&pdf));
    assert!(pdf.faults.is_empty(), "{:?}", pdf.faults);

    let pdf = with(directory.path(), "一\n二\n#let x = (\n", "张三");
    assert_eq!(pdf.faults[0].line, Some(3));
    assert_eq!(pdf.faults[0].file, directory.path().join("case.typ"));
    assert!(whole(&pdf).contains("公司盖章"), "the built-in one in its place");
    let said = pdf.faults[0].say(Lang::ZhCn);
    assert!(said.contains("第 3 行") && said.contains("unclosed delimiter"), "{said}");

    // Only laying it out shows this one.
    let pdf = with(directory.path(), "\n#json(\"/data.json\").nothing\n", "张三");
    assert_eq!(pdf.faults[0].line, Some(2));

    std::fs::write(directory.path().join("case.typ"), [0xff, 0xfe, 0]).unwrap();
    let pdf = Engine::new(Some(directory.path().to_owned())).render("case", &data("张三"), Lang::En).unwrap();
    assert_eq!(pdf.faults[0].what, What::NoText);
}

#[test]
fn a_fault_in_a_shared_template_is_laid_to_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("common.typ"), "#let sheet = 1\n#let words = nowhere\n").unwrap();
    let pdf =
        Engine::new(Some(directory.path().to_owned())).render("case", &data("张三"), Lang::ZhCn).unwrap();
    assert_eq!(pdf.faults[0].file, directory.path().join("common.typ"));
    assert_eq!(pdf.faults[0].line, Some(2));
}

#[test]
fn a_template_reads_no_file_and_fetches_nothing() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("secret.txt"), "geheim").unwrap();
    let tries = [
        "#read(\"/etc/passwd\")",
        "#read(\"secret.txt\")",
        "#read(\"../../../../../../etc/passwd\")",
        "#image(\"/etc/favicon.png\")",
        "#import \"@preview/cetz:0.3.0\": *",
        "#include \"/etc/hostname\"",
        "#plugin(\"/x.wasm\")",
        "#bibliography(\"/x.yml\")",
        "#datetime.today().display()",
        "#csv(\"https://example.com/a.csv\")",
    ];
    for template in tries {
        let pdf = with(directory.path(), template, "张三");
        let text = whole(&pdf);
        assert_eq!(pdf.faults.len(), 1, "{template}: {text}");
        assert!(!text.contains("root:") && !text.contains("geheim"), "{text}");
    }
    // A picture in a picture is looked for nowhere either.
    let svg = "#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd' width='9' height='9'/></svg>\"))";
    drop(with(directory.path(), svg, "张三"));
}

#[test]
fn a_template_that_does_not_end_is_left_and_not_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let template = "#let f(n) = { let s = 0; for i in range(9000) { for j in range(9000) { s += i * j } }; s }\n#for k in range(9000) { f(k) }";
    let first = Instant::now();
    let pdf = with(directory.path(), template, "张三");
    assert!(matches!(pdf.faults[0].what, What::Endless(_)), "{:?}", pdf.faults);
    assert!(whole(&pdf).contains("公司盖章"));
    assert!(first.elapsed().as_secs() < 60);
    let again = Instant::now();
    let pdf = with(directory.path(), template, "李四");
    assert!(matches!(pdf.faults[0].what, What::Endless(_)));
    assert!(again.elapsed().as_secs() < 8, "it is not waited for a second time");
}

#[test]
fn loops_and_calls_without_end_are_faults() {
    let directory = tempfile::tempdir().unwrap();
    for template in ["#while true { }", "#let f(x) = f(x + 1)\n#f(1)", "#let f(x) = [a #f(x)]\n#f(1)"] {
        let pdf = with(directory.path(), template, "张三");
        assert_eq!(pdf.faults.len(), 1, "{template}");
    }
}

#[test]
fn forty_rows_go_over_two_pages_with_their_headings() {
    let rows: Vec<Value> = (1..=40).map(|n| json!([format!("材料第{n}项"), "2"])).collect();
    let mut data = data("张三");
    data["lines"] =
        json!([{ "label": "材料", "head": ["名称", "数量"], "numeric": [1], "rows": rows, "total": null }]);
    let pdf = Engine::new(None).render("case", &data, Lang::ZhCn).unwrap();
    assert_eq!(pdf.pages.len(), 2);
    for page in &pdf.pages {
        assert!(page.contains("名称"), "{page}");
    }
    assert!(dense(&pdf.pages[1]).contains("第2页共2页"), "{}", pdf.pages[1]);
}

#[test]
fn an_unknown_template_is_refused() {
    let refused = Engine::new(None).render("no-such", &json!({}), Lang::En);
    assert!(matches!(refused, Err(PaperError::NoTemplate(name)) if name == "no-such"));
}
