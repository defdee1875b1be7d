//! Who is in the pictures, and keywords.

use rusqlite::{Connection, params};

use super::{Asset, Shot};
use crate::contents::ContentsOptions;
use crate::contents::random::Random;

/// Those whom the owner gave a name, then those without one.
pub(crate) const PEOPLE: [Option<&str>; 6] =
    [Some("Ida Brandt"), Some("Noah Fischer"), Some("Lina Castro"), Some("Emil Sørensen"), None, None];
pub(crate) const KEYWORDS: [&str; 4] = ["Holiday", "Food", "To frame", "Été"];

const PERSON: i64 = 48;
const FACE: i64 = 19;
const KEYWORD: i64 = 41;

/// Who is in a picture, as places in [`PEOPLE`]: on an outing go two of them, and now and then a stranger.
pub(crate) fn people_of(options: &ContentsOptions, asset: &Asset) -> Vec<usize> {
    if !matches!(asset.shot, Shot::Jpeg { .. } | Shot::Heic { .. }) {
        return Vec::new();
    }
    let outing = &mut Random::of(options.seed, &[56, asset.outing]);
    let first = outing.below(4) as usize;
    let companions = [first, (first + 1 + outing.below(3) as usize) % 4];
    let random = &mut Random::of(options.seed, &[57, asset.index]);
    let mut people: Vec<usize> = companions.into_iter().filter(|_| random.percent(30)).collect();
    people.extend(random.percent(4).then(|| 4 + random.below(2) as usize));
    people
}

/// Keywords of a picture, as places in [`KEYWORDS`].
pub(crate) fn keywords_of(options: &ContentsOptions, asset: &Asset) -> Vec<usize> {
    let random = &mut Random::of(options.seed, &[58, asset.index]);
    (0..KEYWORDS.len()).filter(|_| random.percent(4)).collect()
}

/// Whether it was taken in portrait mode.
pub(crate) fn is_portrait(options: &ContentsOptions, asset: &Asset) -> bool {
    !asset.live && asset.burst.is_none() && asset.index.is_multiple_of(3) && !people_of(options, asset).is_empty()
}

/// The rows that faces and keywords point at.
pub(crate) fn frame(db: &Connection, options: &ContentsOptions) -> rusqlite::Result<()> {
    let guid = |index: usize| Random::of(options.seed, &[59, index as u64]).guid();
    for (index, name) in PEOPLE.iter().enumerate() {
        let short = name.and_then(|name| name.split(' ').next());
        db.execute(
            "INSERT INTO ZPERSON (Z_PK, Z_ENT, Z_OPT, ZFACECOUNT, ZMANUALORDER, ZTYPE, ZVERIFIEDTYPE, ZDISPLAYNAME, ZFULLNAME, ZPERSONUUID) \
             VALUES (?1, ?2, 1, 0, ?1, 0, ?3, ?4, ?5, ?6)",
            params![index as i64 + 1, PERSON, i64::from(name.is_some()), short, name.unwrap_or(""), guid(index)],
        )?;
    }
    for (index, title) in KEYWORDS.iter().enumerate() {
        db.execute(
            "INSERT INTO ZKEYWORD (Z_PK, Z_ENT, Z_OPT, ZTITLE, ZUUID) VALUES (?, ?, 1, ?, ?)",
            params![index as i64 + 1, KEYWORD, title, guid(100 + index)],
        )?;
    }
    Ok(())
}

/// The faces and keywords of a picture.
pub(crate) fn insert(db: &Connection, options: &ContentsOptions, asset: &Asset) -> rusqlite::Result<()> {
    let row = asset.index as i64 + 1;
    for (place, person) in people_of(options, asset).into_iter().enumerate() {
        let random = &mut Random::of(options.seed, &[60, asset.index, place as u64]);
        db.prepare_cached(
            "INSERT INTO ZDETECTEDFACE (Z_ENT, Z_OPT, ZASSETVISIBLE, ZHIDDEN, ZISINTRASH, ZMANUAL, ZASSETFORFACE, ZPERSONFORFACE, ZCENTERX, ZCENTERY, ZSIZE, \
             ZQUALITY, ZUUID) VALUES (?, 1, 1, 0, 0, 0, ?, ?, ?, ?, 0.2, 0.5, ?)",
        )?
        .execute(params![
            FACE,
            row,
            person as i64 + 1,
            random.float(0.2, 0.8),
            random.float(0.3, 0.7),
            random.guid()
        ])?;
    }
    for keyword in keywords_of(options, asset) {
        db.prepare_cached("INSERT INTO Z_1KEYWORDS (Z_1ASSETATTRIBUTES, Z_41KEYWORDS) VALUES (?, ?)")?
            .execute(params![row, keyword as i64 + 1])?;
    }
    Ok(())
}

/// What the phone counts of people, and the face that stands for each.
pub(crate) fn count(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "UPDATE ZPERSON SET ZFACECOUNT = (SELECT count(*) FROM ZDETECTEDFACE WHERE ZPERSONFORFACE = ZPERSON.Z_PK), \
         ZKEYFACE = (SELECT min(Z_PK) FROM ZDETECTEDFACE WHERE ZPERSONFORFACE = ZPERSON.Z_PK); \
         UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZPERSON) WHERE Z_NAME = 'Person'; \
         UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZKEYWORD) WHERE Z_NAME = 'Keyword'; \
         UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT COALESCE(max(Z_PK), 0) FROM ZDETECTEDFACE) WHERE Z_NAME = 'DetectedFace'",
    )
}
