//! Where cards are kept: the names of the accounts on the phone.

use std::collections::HashMap;

use backup::{Backup, Database};

use crate::{Place, Report, Result, sql};

/// The accounts of the whole phone, which give the address book's stores their names.
const ACCOUNTS: Place = Place { domain: "HomeDomain", path: "Library/Accounts/Accounts3.sqlite" };

/// The names of the address book's stores, by their numbers.
pub(super) fn stores(backup: &Backup, book: &Database, report: &mut Report) -> Result<HashMap<i64, String>> {
    let mut stores = HashMap::new();
    if !book.has_table("ABStore") {
        return Ok(stores);
    }
    let identifiers = identifiers(book, report)?;
    let accounts = accounts(backup, report);
    let query = format!(
        "SELECT ROWID, {}, {}, {} FROM ABStore",
        book.column("ABStore", "Name"),
        book.column("ABStore", "Type"),
        book.column("ABStore", "AccountID")
    );
    sql::each(book, "contacts", &query, [], report, |row, _| {
        let Some(id) = sql::integer(row, 0) else { return };
        let account = sql::integer(row, 3).and_then(|account| identifiers.get(&account));
        let name = account.and_then(|identifier| accounts.get(identifier)).cloned();
        stores.insert(id, name.unwrap_or_else(|| store_name(sql::text(row, 1), sql::integer(row, 2))));
    })?;
    Ok(stores)
}

/// The store's own name; `Card` and `Contacts` are what servers call every store.
fn store_name(name: Option<String>, kind: Option<i64>) -> String {
    match (name, kind) {
        (Some(name), _) if !matches!(name.as_str(), "Card" | "Contacts") => name,
        (None, Some(0)) => "On My iPhone".to_owned(),
        (_, Some(1)) => "Exchange".to_owned(),
        _ => "Online account".to_owned(),
    }
}

/// `ABAccount`: from the number used by stores to the identifier used by the whole phone.
fn identifiers(book: &Database, report: &mut Report) -> Result<HashMap<i64, String>> {
    let mut identifiers = HashMap::new();
    if book.has_table("ABAccount") {
        let query = format!("SELECT ROWID, {} FROM ABAccount", book.column("ABAccount", "AccountIdentifier"));
        sql::each(book, "contacts", &query, [], report, |row, _| {
            if let (Some(id), Some(identifier)) = (sql::integer(row, 0), sql::text(row, 1)) {
                identifiers.insert(id, identifier);
            }
        })?;
    }
    Ok(identifiers)
}

/// What the phone calls each account, by identifier. Contacts do without when it cannot be read.
fn accounts(backup: &Backup, report: &mut Report) -> HashMap<String, String> {
    let mut accounts = HashMap::new();
    let Ok(Some(db)) = sql::spare(backup, ACCOUNTS, report) else { return accounts };
    // The account that syncs contacts is often a nameless child of the one the person knows.
    let query = "SELECT a.ZIDENTIFIER, coalesce(a.ZACCOUNTDESCRIPTION, p.ZACCOUNTDESCRIPTION, a.ZUSERNAME, p.ZUSERNAME)
                 FROM ZACCOUNT a LEFT JOIN ZACCOUNT p ON p.Z_PK = a.ZPARENTACCOUNT";
    let read = sql::each(&db, "accounts", query, [], report, |row, _| {
        if let (Some(identifier), Some(name)) = (sql::text(row, 0), sql::text(row, 1)) {
            accounts.insert(identifier, name);
        }
    });
    if read.is_err() {
        report.note("The accounts of the phone could not be read; contacts show their store's own name.");
    }
    accounts
}
