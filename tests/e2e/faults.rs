//! What goes wrong at a counter: signals, small windows, pages pasted by mistake, odd keys.

use std::fmt::Write as _;
use std::time::Duration;

use crate::office::{BOSS, DESK, Office, Speaks, begin_call, text};
use crate::terminal::{Terminal, until, until_within};

/// Asserts that the program gave the terminal back as it was.
#[track_caller]
fn gave_back(terminal: &Terminal) {
    terminal.look(|screen| {
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pastes come plain");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is free");
    });
}

#[test]
fn a_signal_ends_it_in_order() {
    for signal in ["TERM", "HUP", "INT"] {
        let office = Office::new(Speaks::Chinese);
        let mut terminal = office.at_work(DESK);
        begin_call(&mut terminal, "楼道灯不亮了");
        terminal.signal(signal);
        assert!(terminal.wait().success(), "{signal}");
        gave_back(&terminal);
        // The draft was written although typing had not rested.
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F4"]);
        terminal.sees("楼道灯不亮了");
        terminal.sees("3-2-1501");
    }
}

#[test]
fn the_book_of_an_older_program_is_brought_to_the_present_form_before_the_screen_opens() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let number = office.open(&["call", "--set", "about=enquiry", "--set", "content=电梯停运"]);
        let book = rusqlite::Connection::open(office.path().join("qiantai.db")).expect("the book");
        let form: i64 = book.pragma_query_value(None, "user_version", |row| row.get(0)).expect("its form");
        // Before its texts were last indexed anew.
        book.pragma_update(None, "user_version", form - 2).expect("an older form");
        drop(book);
        let mut terminal = office.at_work(DESK);
        let said = String::from_utf8_lossy(&terminal.raw()).into_owned();
        let opened = said.find("\x1b[?1049h").expect("the screen opens");
        let words = speaks.of("正在将数据文件更新到本版本", "Updating the book for this version");
        assert!(said.find(words).is_some_and(|at| at < opened), "{words}");
        let index = speaks.of("检索索引", "Search index");
        assert!(said[..opened].contains(index), "{index}");
        let cleared = said[..opened].rfind("\r\x1b[K").expect("the line is cleared");
        assert!(!said[cleared..opened].contains(words), "nothing of it is left");
        terminal.press(&["/"]);
        terminal.rest();
        terminal.types("电梯");
        terminal.sees(&number);
        terminal.press(&["Ctrl+Q"]);
        assert!(terminal.wait().success());
    }
}

#[test]
fn a_closed_window_keeps_the_draft() {
    let office = Office::new(Speaks::English);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "the lamp is broken");
    terminal.hang_up();
    let mut terminal = office.at_work(DESK);
    terminal.press(&["F4"]);
    terminal.sees("the lamp is broken");
}

#[test]
fn leaving_by_the_key_gives_the_terminal_back() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    terminal.press(&["Ctrl+Q"]);
    assert!(terminal.wait().success());
    gave_back(&terminal);
}

#[test]
fn a_storm_of_sizes_breaks_nothing() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "水管爆裂");
    for round in 0..12_u16 {
        for (columns, rows) in [(40, 10), (200, 60), (80, 24), (1, 1), (81, 25), (20, 50), (132, 9)] {
            terminal.resize(columns + round % 2, rows);
        }
    }
    terminal.resize(40, 10);
    terminal.sees("80");
    terminal.types("还在漏");
    terminal.resize(120, 36);
    terminal.sees("水管爆裂还在漏");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    assert_eq!(office.case(&number)["detail"]["content"], "水管爆裂还在漏");
}

#[test]
fn pasted_line_ends_become_lines() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "住户说:");
    terminal.paste("第一行\r第二行\r\n第三行\n\x1b[31m第四行\x07");
    terminal.sees("第四行");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    let content = text(&office.case(&number)["detail"]["content"]);
    assert!(content.starts_with("住户说:第一行\n第二行\n第三行\n"), "{content:?}");
    assert!(!content.contains(['\r', '\x1b', '\x07']), "{content:?}");
}

#[test]
fn a_page_pasted_by_mistake_is_cut_and_the_screen_goes_on() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "以下");
    let mut page = String::with_capacity(1 << 20);
    let mut row = 0;
    while page.len() < 1 << 20 {
        write!(page, "第{row}行物业服务中心的记录\r").expect("a text takes it");
        row += 1;
    }
    terminal.paste(&page);
    // Into a field of one line too.
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    let content = text(&office.case(&number)["detail"]["content"]);
    assert!(content.starts_with("以下第0行") && content.chars().count() <= 20_000, "{}", content.len());
    terminal.press(&["F2"]);
    terminal.sees("LD");
    terminal.paste(&page);
    terminal.press(&["Tab", "Tab", "Tab", "Tab", "Tab"]);
    terminal.types("还能打字");
    terminal.sees("还能打字");
}

#[test]
fn keys_that_are_no_keys_change_nothing() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "门禁");
    for odd in [
        "\x1b[97;1:3u",  // a release, by the newer way of keyboards
        "\x1b[57428u",   // a key that plays music
        "\x1b[25~",      // F13
        "\x1b[1;6P",     // Ctrl+Shift+F1
        "\x1b[200;300~", // nothing at all
        "\x1bOz",
        "\x1b[I", // the window has the focus
        "\x1b[O",
        "\x1b[<35;10;10M", // the mouse moves
        "\x1b[2;5R",       // an answer about the cursor that nobody asked for
        "\0",
    ] {
        terminal.send(odd.as_bytes());
        // A key that came in pieces may wait for more; each stands alone.
        std::thread::sleep(Duration::from_millis(30));
    }
    terminal.types("卡失灵");
    terminal.sees("门禁卡失灵");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    assert_eq!(office.case(&number)["detail"]["content"], "门禁卡失灵");
}

#[test]
fn characters_that_come_byte_by_byte_are_whole() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "业主");
    terminal.rest();
    let before = terminal.cursor().expect("the cursor is shown");
    for byte in "反映𠮷祥里😀漏水".bytes() {
        terminal.send(&[byte]);
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.sees("漏水");
    assert_eq!(terminal.cell(before), "反");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    assert_eq!(office.case(&number)["detail"]["content"], "业主反映𠮷祥里😀漏水");
}

#[test]
fn another_process_is_seen_within_two_seconds() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    terminal.press(&["3"]);
    terminal.sees("报修");
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=阳台门关不上"]);
    terminal
        .wait_within(Duration::from_secs(2), "the other's repair", |screen| screen.contains("阳台门关不上"));
    office.desk(&["act", &number, "dispatch", "--set", &format!("engineer={}", office.engineer())]);
    terminal.wait_within(Duration::from_secs(2), "its new state", |screen| screen.contains("已派工"));
}

#[test]
fn a_form_keeps_its_text_when_the_language_is_switched() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "电梯异响");
    terminal.sees("内容");
    terminal.press(&["Ctrl+T"]);
    terminal.sees("Content");
    terminal.sees("电梯异响");
    terminal.sees_no("内容");
    terminal.press(&["Ctrl+T"]);
    terminal.sees("内容");
    terminal.types(",有人在里面");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    let call = office.case(&number);
    assert_eq!(
        (&call["detail"]["content"], &call["unit"]),
        (&"电梯异响,有人在里面".into(), &"3-2-1501".into())
    );
}

#[test]
fn without_colour_no_colour_is_written() {
    let office = Office::new(Speaks::Chinese);
    let number = office.open(&["repair", "--unit", "3-2-1501", "--set", "content=插座无电"]);
    office.desk(&["act", &number, "callback-add", "--set", "due=昨天 10:00"]);
    let mut terminal = office.screen_of(120, 36, &[("NO_COLOR", "1")]);
    office.log_in(&mut terminal, BOSS);
    for key in ["2", "3", "4", "5", "6", "7", "8", "9", "0", "F2", "F1"] {
        terminal.tap(key);
    }
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    for codes in raw.split("\x1b[").skip(1) {
        let end = codes.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(codes.len());
        if codes[end..].starts_with('m') {
            let colour = codes[..end]
                .split(';')
                .filter_map(|code| code.parse::<u32>().ok())
                .find(|code| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107));
            assert_eq!(colour, None, "{:?}", &codes[..=end]);
        }
    }
    // What is overdue says so in signs.
    terminal.press(&["Esc", "Esc", "7"]);
    terminal.sees("!!");
}

#[test]
fn what_was_typed_survives_a_power_cut() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let mut terminal = office.at_work(DESK);
        begin_call(&mut terminal, "楼上漏水到客厅");
        // All but at most the last second of typing.
        std::thread::sleep(Duration::from_secs(1));
        terminal.kill();
        until_within(Duration::from_secs(2), "the book is whole", || {
            office.by(BOSS, &["doctor"])["ok"] == true
        });
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F4"]);
        terminal.sees("楼上漏水到客厅");
        terminal.sees("3-2-1501");
        terminal.press(&["Ctrl+S"]);
        until("the call is saved once", || office.numbers("call").len() == 1);
    }
}
