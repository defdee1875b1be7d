//! The apps on the phone: invented companies, icons drawn by code.

use super::ContentsOptions;
use super::paint::{Canvas, hsl};
use super::random::{Random, hash_text};
use super::scenes::Scene;

/// One installed app.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    pub bundle_id: String,
    pub name: String,
    pub version: String,
    pub build: String,
    pub company: String,
}

const APPS: [(&str, &str, &str); 40] = [
    ("Parcelo", "parcelo", "Parcelo Logistics"),
    ("Lumo Bank", "lumobank", "Lumo"),
    ("CityBike", "citybike", "Two Wheels Co-op"),
    ("RailGo", "railgo", "Railgo Mobility"),
    ("Fernweh", "fernweh", "Studio Fernweh"),
    ("Pocket Garden", "pocketgarden", "Moss & Fern"),
    ("Stargazer", "stargazer", "Northern Lights Apps"),
    ("Mealmate", "mealmate", "Copper Kettle"),
    ("Quietly", "quietly", "Quietly"),
    ("Tidal Charts", "tidalcharts", "Tidewater"),
    ("Sketchbird", "sketchbird", "Birdhouse"),
    ("Notely", "notely", "Paper Boat"),
    ("Lingofox", "lingofox", "Foxhole Learning"),
    ("Runway", "runway", "Slow Runners Club"),
    ("Chordbook", "chordbook", "Six Strings"),
    ("Bookworm", "bookworm", "Bookworm Readers"),
    ("Snowline", "snowline", "Alpine Data"),
    ("Petpal", "petpal", "Whisker Works"),
    ("Recipe Box", "recipebox", "Copper Kettle"),
    ("Mindful Minute", "mindfulminute", "Lantern"),
    ("Chessmate", "chessmate", "Castle Games"),
    ("Word Orchard", "wordorchard", "Orchard Puzzles"),
    ("Puffin Run", "puffinrun", "Castle Games"),
    ("Planter", "planter", "Moss & Fern"),
    ("Scanly", "scanly", "Paper Boat"),
    ("Houseshare", "houseshare", "Haus 14"),
    ("Nimbus Cloud", "nimbuscloud", "Nimbus"),
    ("Vinyl", "vinyl", "Groove Dept."),
    ("Podcove", "podcove", "Cove Audio"),
    ("Climbr", "climbr", "Chalk & Rope"),
    ("Kiln", "kiln", "Kiln Pottery"),
    ("Weatherly", "weatherly", "Alpine Data"),
    ("Splitfair", "splitfair", "Splitfair"),
    ("Tinyledger", "tinyledger", "Tiny Tools"),
    ("Ticketbox", "ticketbox", "Front Row"),
    ("Museo", "museo", "Museo Guides"),
    ("Birdsong", "birdsong", "Birdhouse"),
    ("Tramtime", "tramtime", "Railgo Mobility"),
    ("Unit Twist", "unittwist", "Tiny Tools"),
    ("Übersetzbär", "uebersetzbaer", "Bärenstark"),
];

/// All installed apps, sorted by bundle identifier.
pub(crate) fn all(options: &ContentsOptions) -> Vec<App> {
    let app = |(index, (name, id, company)): (usize, &(&str, &str, &str))| {
        let random = &mut Random::of(options.seed, &[60, index as u64]);
        App {
            bundle_id: format!("com.example.{id}"),
            name: (*name).into(),
            version: format!("{}.{}.{}", random.between(1, 9), random.between(0, 20), random.between(0, 5)),
            build: random.between(100, 9000).to_string(),
            company: (*company).into(),
        }
    };
    let mut apps: Vec<App> = APPS.iter().enumerate().map(app).collect();
    apps.sort_by(|a, b| a.bundle_id.cmp(&b.bundle_id));
    apps
}

impl App {
    /// Whether its documents can be reached from a computer; about two in three.
    pub fn shares_documents(&self) -> bool {
        !hash_text(&self.bundle_id).is_multiple_of(3)
    }

    /// Bytes of the app itself, without what it keeps.
    pub fn size(&self) -> u64 {
        (12 << 20) + hash_text(&self.company) % (380 << 20)
    }

    /// The icon, 120 by 120 pixels, square as the phone hands it out.
    pub fn icon_png(&self) -> Vec<u8> {
        let random = &mut Random::new(hash_text(&self.bundle_id));
        let hue = random.float(0.0, 360.0) as f32;
        if random.percent(35) {
            // A picture, cut square.
            let scene = random.pick(&Scene::ALL).draw(240, 240, random);
            return scene.scaled(120, 120).png();
        }
        let mut icon = Canvas::new(240, 240, [0; 3]);
        icon.gradient(0.0, 1.0, hsl(hue, 0.65, 0.62), hsl(hue + 35.0, 0.7, 0.42));
        let ink = [252, 250, 246];
        match random.below(5) {
            0 => {
                for ring in 0..3 {
                    icon.disc(
                        120.0,
                        120.0,
                        84.0 - ring as f32 * 26.0,
                        if ring % 2 == 0 { ink } else { hsl(hue, 0.65, 0.5) },
                    );
                }
            }
            1 => {
                for bar in 0..4 {
                    let tall = random.float(50.0, 150.0) as f32;
                    icon.rect(48.0 + bar as f32 * 38.0, 196.0 - tall, 26.0, tall, ink, 1.0);
                }
            }
            2 => {
                icon.polygon(&[(120.0, 40.0), (196.0, 188.0), (44.0, 188.0)], ink, 1.0);
                icon.polygon(&[(120.0, 92.0), (160.0, 172.0), (80.0, 172.0)], hsl(hue + 20.0, 0.7, 0.5), 1.0);
            }
            3 => {
                icon.ellipse(120.0, 104.0, 76.0, 60.0, ink, 1.0);
                icon.polygon(&[(84.0, 146.0), (130.0, 146.0), (76.0, 196.0)], ink, 1.0);
            }
            _ => {
                for leaf in 0..6 {
                    let turn = leaf as f32 / 6.0 * std::f32::consts::TAU;
                    icon.disc(120.0 + turn.cos() * 46.0, 120.0 + turn.sin() * 46.0, 32.0, ink);
                }
                icon.disc(120.0, 120.0, 30.0, hsl(hue + 180.0, 0.7, 0.6));
            }
        }
        icon.scaled(120, 120).png()
    }
}
