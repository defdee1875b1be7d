//! What is known of a picture, as XMP (ISO 16684-1) in a file beside it: `IMG_0001.HEIC.xmp`.
//!
//! Chosen is what exiftool reads, and digiKam and Lightroom as far as is known (nobody tried here): Dublin Core for title,
//! caption and keywords, IPTC for people, Exif for time and position, Photoshop's fields for the place in words. Albums and
//! people are also tags in a tree, for digiKam (`TagsList`) and Lightroom (`hierarchicalSubject`); since digiKam then looks at
//! that tree alone, keywords are in it too.

use super::super::asset::Asset;
use super::write::About;

/// What favourites are rated.
const FAVOURITE: u8 = 5;

const HEAD: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"Heirloom\">
 <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">
  <rdf:Description rdf:about=\"\"
    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"
    xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"
    xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\"
    xmlns:exif=\"http://ns.adobe.com/exif/1.0/\"
    xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\"
    xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\"
    xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"
    xmlns:lr=\"http://ns.adobe.com/lightroom/1.0/\"
    xmlns:digiKam=\"http://www.digikam.org/ns/1.0/\">
";
const TAIL: &str = "  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end=\"w\"?>
";

/// The whole sidecar.
pub fn xmp(asset: &Asset, about: &About) -> String {
    let mut out = HEAD.to_owned();
    list(&mut out, "dc:title", "Alt", asset.title.as_slice());
    list(&mut out, "dc:description", "Alt", asset.caption.as_slice());
    list(&mut out, "dc:subject", "Bag", &about.keywords);
    list(&mut out, "Iptc4xmpExt:PersonInImage", "Bag", &about.people);
    let tree = tree(about);
    list(&mut out, "lr:hierarchicalSubject", "Bag", &joined(&tree, '|'));
    list(&mut out, "digiKam:TagsList", "Seq", &joined(&tree, '/'));
    if asset.favourite {
        field(&mut out, "xmp:Rating", &FAVOURITE.to_string());
    }
    if let Some(taken) = asset.iso_time() {
        for name in ["exif:DateTimeOriginal", "xmp:CreateDate", "photoshop:DateCreated"] {
            field(&mut out, name, &taken);
        }
    }
    if let Some((latitude, longitude)) = asset.position() {
        field(&mut out, "exif:GPSLatitude", &coordinate(latitude, ['N', 'S']));
        field(&mut out, "exif:GPSLongitude", &coordinate(longitude, ['E', 'W']));
    }
    if let Some(place) = &about.place {
        let words = [
            ("Iptc4xmpCore:Location", &place.spot),
            ("photoshop:City", &place.city),
            ("photoshop:State", &place.state),
            ("photoshop:Country", &place.country),
        ];
        words.into_iter().for_each(|(name, word)| word.iter().for_each(|word| field(&mut out, name, word)));
    }
    field(&mut out, "xmpMM:PreservedFileName", &asset.name());
    out + TAIL
}

/// Keywords, people and albums as paths of tags.
fn tree(about: &About) -> Vec<Vec<String>> {
    let keywords = about.keywords.iter().map(|word| vec![word.clone()]);
    let people = about.people.iter().map(|name| vec!["People".to_owned(), name.clone()]);
    let albums = about.albums.iter().map(|album| {
        let path = album.folders.iter().chain([&album.title]).cloned();
        [vec!["Albums".to_owned()], path.collect()].concat()
    });
    keywords.chain(people).chain(albums).collect()
}

/// The paths as texts; a name that holds what separates them gets another character for it.
fn joined(tree: &[Vec<String>], separator: char) -> Vec<String> {
    let plain = |name: &String| name.replace(separator, "_");
    tree.iter().map(|path| path.iter().map(plain).collect::<Vec<_>>().join(&separator.to_string())).collect()
}

fn field(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!("   <{name}>{}</{name}>\n", escaped(value)));
}

/// A list of texts; nothing where there are none.
fn list(out: &mut String, name: &str, kind: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let language = if kind == "Alt" { " xml:lang=\"x-default\"" } else { "" };
    let items: String =
        values.iter().map(|value| format!("     <rdf:li{language}>{}</rdf:li>\n", escaped(value))).collect();
    out.push_str(&format!("   <{name}>\n    <rdf:{kind}>\n{items}    </rdf:{kind}>\n   </{name}>\n"));
}

/// Degrees, minutes and direction, as the XMP specification has it: `52,29.442000N`.
fn coordinate(degrees: f64, [positive, negative]: [char; 2]) -> String {
    let direction = if degrees < 0.0 { negative } else { positive };
    // Rounded as a whole, so that no minute of 60 comes out.
    let millionths = (degrees.abs() * 60.0 * 1e6).round() as u64;
    let (whole, rest) = (millionths / 60_000_000, millionths % 60_000_000);
    format!("{whole},{}.{:06}{direction}", rest / 1_000_000, rest % 1_000_000)
}

/// A text inside XML: markup as entities, and without the characters that XML 1.0 does not have.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A bare one would be read as a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_as_xmp_has_them() {
        assert_eq!(coordinate(52.4907, ['N', 'S']), "52,29.442000N");
        assert_eq!(coordinate(-9.1334, ['E', 'W']), "9,8.004000W");
        assert_eq!(coordinate(59.999_999_999_9, ['N', 'S']), "60,0.000000N");
    }

    #[test]
    fn no_text_leaves_its_element() {
        assert_eq!(escaped("</rdf:li> & \"\u{0}\u{fffe}\r\n"), "&lt;/rdf:li&gt; &amp; &quot;\u{fffd}\u{fffd}&#13;\n");
    }
}
