//! What a reader of the contents must find: the other side of every comparison in tests.

/// Everything tests compare with, of the current day.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub contacts: Vec<ExpectedContact>,
    pub groups: Vec<ExpectedGroup>,
    /// Merged: a person over SMS and iMessage is one.
    pub conversations: Vec<ExpectedConversation>,
    pub messages: ExpectedMessages,
    pub photos: ExpectedPhotos,
    pub calls: ExpectedCalls,
    /// Bundle ids.
    pub apps: Vec<String>,
    /// What the last day that passed brought; `None` on day 0.
    pub changes: Option<ExpectedChanges>,
}

/// One card, as `ABPerson` and its values hold it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedContact {
    /// `ABPerson.ROWID`.
    pub id: i64,
    pub prefix: Option<String>,
    pub first: Option<String>,
    pub middle: Option<String>,
    pub last: Option<String>,
    pub suffix: Option<String>,
    pub nickname: Option<String>,
    pub first_phonetic: Option<String>,
    pub last_phonetic: Option<String>,
    pub organization: Option<String>,
    pub department: Option<String>,
    pub job_title: Option<String>,
    pub note: Option<String>,
    /// `1987-05-09`, or `--05-09` without a year.
    pub birthday: Option<String>,
    pub phones: Vec<Labelled>,
    pub emails: Vec<Labelled>,
    pub urls: Vec<Labelled>,
    /// The value is the related person's name.
    pub related: Vec<Labelled>,
    /// The value is `1987-05-09`.
    pub dates: Vec<Labelled>,
    pub addresses: Vec<ExpectedAddress>,
    /// The label is the service, the value the user name.
    pub social: Vec<Labelled>,
    pub instant: Vec<Labelled>,
    pub has_photo: bool,
    /// Cards of the same person share it.
    pub link: Option<i64>,
    /// A company's card, not a person's.
    pub company: bool,
}

/// A value and its label as the database holds it: `_$!<Home>!$_`, `iPhone` or free text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labelled {
    pub label: String,
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedAddress {
    pub label: String,
    pub street: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    /// ISO 3166, lower case.
    pub country_code: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedGroup {
    pub name: String,
    /// `ABPerson.ROWID`s.
    pub members: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedConversation {
    /// `chat.guid`s; two when the person writes over SMS and iMessage.
    pub chats: Vec<String>,
    /// Phone numbers and mail addresses, without the owner's.
    pub participants: Vec<String>,
    /// The name people gave a group.
    pub title: Option<String>,
    pub group: bool,
    /// Without tapbacks, events and what is recently deleted.
    pub messages: u64,
    /// Of the newest message that has text.
    pub last_text: Option<String>,
}

/// Counts over all conversations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedMessages {
    /// Rows of `message`, all sorts.
    pub rows: u64,
    /// Without tapbacks, events and what is recently deleted.
    pub messages: u64,
    /// Only in `chat_recoverable_message_join`.
    pub recently_deleted: u64,
    /// Rows that set a tapback.
    pub tapbacks: u64,
    /// Of these, with an emoji of one's own.
    pub emoji_tapbacks: u64,
    /// Rows that take a tapback away.
    pub removed_tapbacks: u64,
    pub replies: u64,
    pub edited: u64,
    pub unsent: u64,
    pub group_events: u64,
    pub attachments: u64,
    /// Named in the database, not in the backup.
    pub attachments_missing: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedPhotos {
    /// Neither trashed nor hidden.
    pub visible: u64,
    /// All assets, whatever their state.
    pub assets: u64,
    pub jpeg: u64,
    pub heic: u64,
    /// Screenshots.
    pub png: u64,
    pub videos: u64,
    pub live: u64,
    pub favourites: u64,
    pub hidden: u64,
    pub trashed: u64,
    pub edited: u64,
    /// Assets in bursts.
    pub burst: u64,
    /// The original is only in iCloud.
    pub missing: u64,
    /// Of these, not in the trash.
    pub away: u64,
    pub albums: Vec<ExpectedAlbum>,
    /// Visible pictures of each person; those without a name have an empty title.
    pub people: Vec<ExpectedAlbum>,
    pub keywords: Vec<ExpectedAlbum>,
    /// Visible pictures by town.
    pub places: std::collections::BTreeMap<String, u64>,
    /// Visible ones.
    pub portraits: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedAlbum {
    pub title: String,
    pub count: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedCalls {
    pub count: u64,
    pub missed: u64,
    pub outgoing: u64,
    pub facetime: u64,
}

/// What one day brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedChanges {
    pub new_messages: u64,
    /// `message.guid` and the text it has now.
    pub edited_message: Option<(String, String)>,
    /// `ZASSET.ZUUID`.
    pub new_photos: Vec<String>,
    pub trashed_photo: Option<String>,
    /// `ABPerson.ROWID`s.
    pub edited_contact: Option<i64>,
    pub added_contact: Option<i64>,
    pub deleted_contact: Option<i64>,
    pub new_calls: u64,
}
