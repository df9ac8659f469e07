//! Settings and phrases on the screen: the application over a book in memory, typed into key by key.

#[path = "screens_settings/copies.rs"]
mod copies;
#[path = "screens_settings/desk.rs"]
mod desk;
#[path = "screens_settings/offers.rs"]
mod offers;
#[path = "screens_settings/phrases.rs"]
mod phrases;
#[path = "screens_settings/retention.rs"]
mod retention;
#[path = "screens_settings/rules.rs"]
mod rules;
#[path = "screens_settings/sections.rs"]
mod sections;
