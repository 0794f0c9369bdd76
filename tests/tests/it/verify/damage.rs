//! Every way to damage a row by hand, and what has to be found.

use proto::inventory::v1::{LedgerFault, VerifyStockResponse, ledger_fault::Kind};
use sea_orm::DatabaseConnection;
use tests::Engine;

use super::run;

/// A statement that damages the ledger, and the fault that names the row.
pub(super) struct Damage {
    pub(super) sql: &'static str,
    kind: Kind,
    row: Row,
}

enum Row {
    /// The stock of an ISKU.
    Stock(&'static str),
    /// A movement of an ISKU, by its number.
    Movement(&'static str, i64),
    /// A reservation of one of the orders, from 0.
    Reservation(usize),
    /// Of a reservation what it holds of an ISKU.
    Held(usize, &'static str),
    /// A reservation that was not made by an order.
    Stray,
}

use Kind::{
    Expiry, Item, ItemDigest, LineDigest, Movement as Moved, MovementDigest, OnHand, Reservation as Open,
    ReservationDigest, Reserved, Return, Sequence, Short, State, Trace,
};
use Row::{Held, Movement, Reservation, Stock, Stray};

const fn damage(sql: &'static str, kind: Kind, row: Row) -> Damage {
    Damage { sql, kind, row }
}

/// The ISKUs A, B, C and D have the numbers 1 to 4; the reservations follow each other as their orders do.
pub(super) const ALL: &[Damage] = &[
    damage("UPDATE stock SET on_hand = on_hand + 1 WHERE isku_id = 2", OnHand, Stock("B")),
    damage("UPDATE stock SET reserved = reserved + 1 WHERE isku_id = 2", Reserved, Stock("B")),
    damage("UPDATE stock SET reserved = reserved - 1 WHERE isku_id = 2", Open, Stock("B")),
    damage("UPDATE stock SET sequence = sequence + 1 WHERE isku_id = 2", Sequence, Stock("B")),
    damage("UPDATE stock SET isku_id = 3 WHERE isku_id = 2", OnHand, Stock("B")),
    damage("DELETE FROM stock WHERE isku_id = 2", OnHand, Stock("B")),
    damage(
        "INSERT INTO stock SELECT merchant, 3, location_id, 5, 0, 0 FROM stock WHERE isku_id = 2",
        OnHand,
        Stock("C"),
    ),
    damage(
        "INSERT INTO stock SELECT merchant, 3, location_id, 0, 0, 1 FROM stock WHERE isku_id = 2",
        Sequence,
        Stock("C"),
    ),
    damage(
        "UPDATE movement SET on_hand_delta = on_hand_delta + 1 WHERE isku_id = 2 AND sequence = 5",
        Moved,
        Movement("B", 5),
    ),
    damage(
        "UPDATE movement SET on_hand_delta = on_hand_delta - 1 WHERE isku_id = 2 AND sequence = 5",
        OnHand,
        Stock("B"),
    ),
    damage(
        "UPDATE movement SET reserved_delta = reserved_delta + 1 WHERE isku_id = 2 AND sequence = 2",
        Moved,
        Movement("B", 2),
    ),
    damage(
        "UPDATE movement SET reserved_delta = reserved_delta - 1 WHERE isku_id = 2 AND sequence = 2",
        Trace,
        Held(0, "B"),
    ),
    damage(
        "UPDATE movement SET on_hand_after = on_hand_after - 1 WHERE isku_id = 2 AND sequence = 5",
        Moved,
        Movement("B", 5),
    ),
    damage(
        "UPDATE movement SET reserved_after = reserved_after + 1 WHERE isku_id = 2 AND sequence = 2",
        Moved,
        Movement("B", 2),
    ),
    damage("UPDATE movement SET on_hand_after = 0 WHERE isku_id = 2 AND sequence = 8", Moved, Movement("B", 8)),
    damage("UPDATE movement SET sequence = 99 WHERE isku_id = 2 AND sequence = 4", Sequence, Movement("B", 5)),
    damage("UPDATE movement SET kind = 'RELEASE' WHERE isku_id = 2 AND kind = 'SHIP'", Trace, Held(0, "B")),
    damage("UPDATE movement SET isku_id = 3 WHERE isku_id = 2 AND sequence = 8", Sequence, Stock("B")),
    damage("UPDATE movement SET reservation_id = NULL WHERE isku_id = 2 AND sequence = 3", Trace, Held(1, "B")),
    damage("DELETE FROM movement WHERE isku_id = 2 AND sequence = 1", Sequence, Movement("B", 2)),
    damage("DELETE FROM movement WHERE isku_id = 2 AND sequence = 8", Sequence, Stock("B")),
    damage("DELETE FROM movement WHERE isku_id = 2", OnHand, Stock("B")),
    damage(
        "INSERT INTO movement (merchant, isku_id, location_id, sequence, kind, on_hand_delta, reserved_delta, on_hand_after, \
         reserved_after, actor, request_id, create_time_us) \
         SELECT merchant, isku_id, location_id, sequence + 1, 'RECEIPT', 1, 0, on_hand + 1, reserved, 'x', 'x', 0 \
         FROM stock WHERE isku_id = 2",
        OnHand,
        Stock("B"),
    ),
    damage("UPDATE reservation SET state = 'SHIPPED' WHERE order_id = '1'", State, Reservation(0)),
    damage("UPDATE reservation SET state = 'HELD' WHERE order_id = '2'", State, Reservation(1)),
    damage("UPDATE reservation SET state = 'LOST' WHERE order_id = '1'", State, Reservation(0)),
    damage("DELETE FROM reservation WHERE order_id = '1'", State, Reservation(0)),
    damage(
        "INSERT INTO reservation (merchant, reservation_id, channel, \
         seller_id, seller_key, order_id, state, create_time_us, update_time_us) \
         SELECT merchant, STRAY_ID, channel, seller_id, seller_key, 'stray', 'RELEASED', 0, 0 FROM reservation WHERE order_id = '1'",
        Item,
        Stray,
    ),
    damage("UPDATE reservation_item SET quantity = quantity + 1 WHERE held = 1", Item, Reservation(0)),
    damage("UPDATE reservation_item SET held = held + 1 WHERE held = 1", Item, Reservation(0)),
    damage("UPDATE reservation_item SET held = 0, released = 2 WHERE held = 1", Item, Held(0, "A")),
    damage("UPDATE reservation_item SET held = 2, quantity = 4 WHERE held = 1", Item, Held(0, "A")),
    damage("UPDATE reservation_item SET shipped = shipped + 1 WHERE held = 1", Item, Reservation(0)),
    damage("UPDATE reservation_item SET released = released + 1 WHERE shipped = 3", Item, Reservation(1)),
    damage("UPDATE reservation_item SET item_no = 7 WHERE held = 1", Item, Held(0, "A")),
    damage("DELETE FROM reservation_item WHERE held = 1", Item, Reservation(0)),
    damage(
        "INSERT INTO reservation_item (merchant, reservation_id, item_no, csku, mapping_revision, quantity, held, shipped, released) \
         SELECT merchant, reservation_id, 1, 'MORE', 1, 1, 0, 0, 1 FROM reservation WHERE order_id = '1'",
        Item,
        Reservation(0),
    ),
    damage("UPDATE reservation_line SET held = held + 1 WHERE isku_id = 2 AND held > 0", Open, Stock("B")),
    damage("UPDATE reservation_line SET held = held - 1 WHERE isku_id = 2 AND held > 0", Trace, Held(0, "B")),
    damage("UPDATE reservation_line SET held = -1 WHERE isku_id = 2 AND shipped = 6", Item, Held(1, "B")),
    damage("UPDATE reservation_line SET shipped = shipped + 1 WHERE isku_id = 2 AND held > 0", Item, Held(0, "B")),
    damage("UPDATE reservation_line SET shipped = shipped - 1 WHERE isku_id = 2 AND held > 0", Trace, Held(0, "B")),
    damage("UPDATE reservation_line SET released = released + 1 WHERE isku_id = 2 AND held > 0", Item, Held(0, "B")),
    damage("UPDATE reservation_line SET per_unit = per_unit + 1 WHERE isku_id = 2 AND held > 0", Item, Held(0, "B")),
    damage("UPDATE reservation_line SET component_no = 5 WHERE isku_id = 2 AND held > 0", Item, Held(0, "B")),
    damage("UPDATE reservation_line SET item_no = 5 WHERE isku_id = 2 AND held > 0", Item, Held(0, "B")),
    damage("UPDATE reservation_line SET isku_id = 3 WHERE isku_id = 2 AND held > 0", Trace, Held(0, "B")),
    damage("UPDATE reservation_line SET isku_id = 3 WHERE isku_id = 2 AND held > 0", Open, Stock("B")),
    damage("DELETE FROM reservation_line WHERE isku_id = 2 AND held > 0", Trace, Held(0, "B")),
    damage("DELETE FROM reservation_line WHERE isku_id = 1 AND held > 0", Item, Held(0, "B")),
    damage(
        "INSERT INTO reservation_line (merchant, reservation_id, item_no, component_no, location_id, isku_id, per_unit, held, shipped, \
         released) SELECT merchant, reservation_id, item_no, 2, location_id, 3, 1, 0, 0, 1 \
         FROM reservation_line WHERE isku_id = 2 AND held > 0",
        Item,
        Held(0, "C"),
    ),
    damage("UPDATE reservation_item SET returned = 0 WHERE csku = 'MUG'", Return, Held(2, "D")),
    damage("UPDATE reservation_item SET returned = 1 WHERE shipped = 3", Return, Held(1, "A")),
    damage("UPDATE movement SET on_hand_delta = 2 WHERE kind = 'RETURN'", Return, Held(2, "D")),
    damage("UPDATE movement SET kind = 'RECEIPT' WHERE kind = 'RETURN'", Return, Held(2, "D")),
    damage("UPDATE movement SET reservation_id = NULL WHERE kind = 'RETURN'", Return, Held(2, "D")),
    damage("UPDATE reservation_item SET ordered = ordered + 1 WHERE csku = 'MUG'", Short, Reservation(2)),
    damage("UPDATE reservation_item SET ordered = ordered - 1 WHERE csku = 'MUG'", Short, Reservation(2)),
    damage("UPDATE reservation_item SET ordered = 0 WHERE shipped = 3", Short, Reservation(1)),
    damage("UPDATE reservation_item SET short = short + 1 WHERE csku = 'MUG'", Short, Reservation(2)),
    damage("UPDATE reservation_item SET short = 0 WHERE csku = 'MUG'", Short, Reservation(2)),
    damage("UPDATE reservation_item SET short = 1 WHERE shipped = 3", Short, Reservation(1)),
    damage("UPDATE reservation SET short = false WHERE order_id = '4'", Short, Reservation(2)),
    damage("UPDATE reservation SET short = true WHERE order_id = '1'", Short, Reservation(0)),
    damage("UPDATE reservation_line SET expire_time_us = NULL WHERE isku_id = 4", Expiry, Held(2, "D")),
    damage("UPDATE reservation_line SET expire_time_us = expire_time_us + 1 WHERE isku_id = 4", Expiry, Held(2, "D")),
    damage("UPDATE reservation_line SET expire_time_us = 1 WHERE isku_id = 2 AND held > 0", Expiry, Held(0, "B")),
    damage("UPDATE reservation SET expire_time_us = NULL WHERE order_id = '4'", Expiry, Held(2, "D")),
    damage("UPDATE reservation SET state = 'CONFIRMED' WHERE order_id = '4'", Expiry, Held(2, "D")),
    // What no sum depends on.
    damage("DELETE FROM reservation_line WHERE isku_id = 2 AND released = 6", ItemDigest, Reservation(3)),
    damage(
        "UPDATE movement SET kind = 'ADJUST' WHERE isku_id = 2 AND kind = 'OPENING'",
        MovementDigest,
        Movement("B", 1),
    ),
    damage("UPDATE movement SET kind = 'EXPIRE' WHERE isku_id = 2 AND sequence = 6", MovementDigest, Movement("B", 6)),
    damage("UPDATE movement SET actor = 'nobody' WHERE isku_id = 2 AND sequence = 3", MovementDigest, Movement("B", 3)),
    damage(
        "UPDATE movement SET digest = digest + 1 WHERE isku_id = 2 AND sequence = 3",
        MovementDigest,
        Movement("B", 3),
    ),
    damage("UPDATE reservation SET state = 'EXPIRED' WHERE order_id = '3'", ReservationDigest, Reservation(3)),
    damage("UPDATE reservation SET state = 'CONFIRMED' WHERE order_id = '1'", ReservationDigest, Reservation(0)),
    damage("UPDATE reservation SET seller_key = 'x' WHERE order_id = '1'", ReservationDigest, Reservation(0)),
    damage(
        "UPDATE reservation_item SET ordered = ordered + 1 WHERE held = 1 AND released = 1",
        ItemDigest,
        Reservation(0),
    ),
    damage("UPDATE reservation_item SET csku = 'MUGS' WHERE csku = 'MUG'", ItemDigest, Reservation(2)),
    damage("UPDATE reservation_line SET digest = 0 WHERE isku_id = 2 AND held > 0", LineDigest, Held(0, "B")),
];

/// The id of a reservation that no order made, as the engine writes it.
pub(super) fn stray_id(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "x'00000000000070008000000000000001'",
        Engine::Postgres => "CAST('00000000-0000-7000-8000-000000000001' AS UUID)",
    }
}

pub(super) const TABLES: [&str; 5] = ["stock", "movement", "reservation", "reservation_item", "reservation_line"];

/// Takes the constraints away that would refuse a damage, and keeps the rows.
pub(super) async fn prepare(database: &DatabaseConnection, engine: Engine) {
    match engine {
        Engine::Sqlite => run(database, "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").await,
        Engine::Postgres => {
            let drop = "DO $$ DECLARE own RECORD; BEGIN \
                FOR own IN SELECT conname, conrelid::regclass AS owner FROM pg_constraint \
                WHERE contype IN ('c', 'f') AND conrelid <> 0 LOOP \
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', own.owner, own.conname); END LOOP; END $$";
            run(database, drop).await;
        }
    }
    for table in TABLES {
        run(database, &format!("CREATE TABLE sound_{table} AS SELECT * FROM {table}")).await;
    }
    // From the first damage on, rows have the numbers that SQLite gives them again each time.
    undo(database).await;
}

/// Brings the rows back.
pub(super) async fn undo(database: &DatabaseConnection) {
    for table in TABLES {
        undo_in(database, table).await;
    }
}

/// Brings the rows of one table back.
pub(super) async fn undo_in(database: &DatabaseConnection, table: &str) {
    run(database, &format!("DELETE FROM {table}")).await;
    run(database, &format!("INSERT INTO {table} SELECT * FROM sound_{table}")).await;
}

impl Damage {
    /// Whether a fault of the kind names the row.
    pub(super) fn is_named_in(&self, proof: &VerifyStockResponse, reservations: &[String]) -> bool {
        let named = |fault: &&LedgerFault| {
            let (isku, place) = (fault.isku_code.as_str(), fault.location.as_str());
            match self.row {
                Stock(code) => (isku, place) == (code, "default") && fault.reservation_id.is_empty(),
                Movement(code, sequence) => (isku, place, fault.sequence) == (code, "default", sequence),
                Reservation(number) => fault.reservation_id == reservations[number],
                Held(number, code) => fault.reservation_id == reservations[number] && isku == code,
                Stray => !fault.reservation_id.is_empty() && !reservations.contains(&fault.reservation_id),
            }
        };
        proof.faults.iter().filter(|fault| fault.kind() == self.kind).any(|fault| named(&fault))
    }
}
