//! Where on the phone the files of a picture are.
//!
//! Original `Media/DCIM/100APPLE/IMG_0001.HEIC`; live video beside it with the same stem; edited version
//! `Media/PhotoData/Mutations/DCIM/100APPLE/IMG_0001/Adjustments/FullSizeRender.jpg`; the phone's own thumbnail
//! `Media/PhotoData/Thumbnails/V2/DCIM/100APPLE/IMG_0001.HEIC/5005.JPG`.

use std::collections::HashSet;

use backup::{Backup, Entry, EntryKind};

use super::asset::{Asset, split, text};
use super::{DOMAIN, Photos, failed};
use crate::Result;

const IN_CLOUD: &str = "The original is in iCloud Photos, not on the phone.";
const ABSENT: &str = "The original is not in this backup.";

impl Asset {
    /// Path below `Media`, as the phone's database gives it.
    pub fn path(&self) -> String {
        if self.folder.is_empty() { self.file.clone() } else { format!("{}/{}", self.folder, self.file) }
    }

    pub fn original(&self, backup: &Backup) -> Result<Option<Entry>> {
        let mut found = file(backup, &format!("Media/{}", self.path()))?;
        if found.is_none() && self.shared {
            found = file(backup, &format!("Media/PhotoData/PhotoCloudSharingData/{}", self.path()))?;
        }
        Ok(found)
    }

    /// Why the original is not there, for people.
    pub fn why_missing(&self) -> &'static str {
        if self.in_cloud { IN_CLOUD } else { ABSENT }
    }

    /// The video of a live photo.
    pub fn live_video(&self, backup: &Backup) -> Result<Option<Entry>> {
        if !self.live {
            return Ok(None);
        }
        let path = self.path();
        let (stem, _) = split(&path);
        for end in ["MOV", "mov"] {
            if let Some(entry) = file(backup, &format!("Media/{stem}.{end}"))? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The picture or video as it was edited on the phone, in full size.
    pub fn render(&self, backup: &Backup) -> Result<Option<Entry>> {
        self.rendered(backup, self.video)
    }

    /// The edited video of a live photo.
    pub fn live_render(&self, backup: &Backup) -> Result<Option<Entry>> {
        if self.live { self.rendered(backup, true) } else { Ok(None) }
    }

    fn rendered(&self, backup: &Backup, video: bool) -> Result<Option<Entry>> {
        if !self.edited {
            return Ok(None);
        }
        let path = self.path();
        let (stem, _) = split(&path);
        let folder = format!("Media/PhotoData/Mutations/{stem}/Adjustments");
        let renders = backup.list(DOMAIN, &folder)?.into_iter().filter(|node| node.kind == EntryKind::File);
        let wanted = renders.filter(|node| {
            let (stem, extension) = split(&node.name);
            stem == "FullSizeRender" && is_video(extension) == video
        });
        Ok(wanted.filter_map(|node| node.entry).next())
    }

    /// The phone's own thumbnail: a JPEG, upright, edits included.
    pub fn thumbnail(&self, backup: &Backup) -> Result<Option<Entry>> {
        let folder = format!("Media/PhotoData/Thumbnails/V2/{}", self.path());
        for name in ["5005.JPG", "5003.JPG"] {
            if let Some(entry) = file(backup, &format!("{folder}/{name}"))? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Photos {
    /// How many pictures of the library have no original in the backup. Lists the camera roll once: not for every glance.
    pub fn missing(&mut self) -> Result<u64> {
        let mut there = HashSet::new();
        for folder in [super::CAMERA_ROLL, "Media/PhotoData/CPLAssets"] {
            there.extend(self.backup.walk(DOMAIN, folder)?.into_iter().map(|entry| entry.path));
        }
        let sql = "SELECT folder, file FROM photo WHERE NOT deleted AND NOT shared";
        let mut statement = self.library.prepare(sql).map_err(failed)?;
        let paths = statement.query_map([], |row| {
            let (folder, file) = (text(row, "folder")?.unwrap_or_default(), text(row, "file")?.unwrap_or_default());
            Ok(if folder.is_empty() { file } else { format!("{folder}/{file}") })
        });
        let missing = paths.map_err(failed)?.flatten().filter(|path| !there.contains(&format!("Media/{path}")));
        Ok(missing.count() as u64)
    }
}

fn file(backup: &Backup, path: &str) -> Result<Option<Entry>> {
    Ok(backup.find(DOMAIN, path)?.filter(|entry| entry.kind == EntryKind::File))
}

/// What a file is, by its extension; the contents of a phone's camera roll are few.
pub fn mime(name: &str) -> &'static str {
    match split(name).1.to_ascii_lowercase().as_str() {
        "heic" | "heif" => "image/heic",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "tif" | "tiff" => "image/tiff",
        "bmp" => "image/bmp",
        "avif" => "image/avif",
        "dng" => "image/x-adobe-dng",
        "mov" => "video/quicktime",
        "mp4" => "video/mp4",
        "m4v" => "video/x-m4v",
        "3gp" => "video/3gpp",
        "avi" => "video/x-msvideo",
        _ => "application/octet-stream",
    }
}

pub fn is_video(extension: &str) -> bool {
    mime(&format!("x.{extension}")).starts_with("video/")
}

pub fn is_picture(extension: &str) -> bool {
    mime(&format!("x.{extension}")).starts_with("image/")
}
