CREATE TABLE isku (
    merchant text NOT NULL,
    isku_id bigint NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    product_name text,
    length_mm bigint,
    width_mm bigint,
    height_mm bigint,
    weight_g bigint,
    cost_currency text,
    cost_units bigint,
    cost_nanos bigint,
    barcode text,
    incomplete boolean NOT NULL,
    archived boolean NOT NULL,
    revision bigint NOT NULL,
    create_time_us bigint NOT NULL,
    update_time_us bigint NOT NULL
);
CREATE TABLE isku_code (
    merchant text NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    isku_id bigint NOT NULL,
    alias boolean NOT NULL,
    near_key text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE isku_word (
    merchant text NOT NULL,
    isku_id bigint NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE location (
    merchant text NOT NULL,
    location_id bigint NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    sellable boolean NOT NULL,
    priority bigint NOT NULL,
    display_name text,
    revision bigint DEFAULT 1 NOT NULL
);
CREATE TABLE merchant (
    merchant text NOT NULL,
    isku_count bigint NOT NULL,
    location_count bigint NOT NULL,
    batch_base bigint DEFAULT 0 NOT NULL,
    epoch bigint DEFAULT ((EXTRACT(epoch FROM clock_timestamp()) * (1000000)::numeric))::bigint NOT NULL
);
CREATE TABLE movement (
    merchant text NOT NULL,
    isku_id bigint NOT NULL,
    location_id bigint NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    on_hand_delta bigint NOT NULL,
    reserved_delta bigint NOT NULL,
    on_hand_after bigint NOT NULL,
    reserved_after bigint NOT NULL,
    reservation_id uuid,
    csku text COLLATE pg_catalog."C",
    document text COLLATE pg_catalog."C",
    note text,
    actor text NOT NULL,
    request_id text NOT NULL,
    create_time_us bigint NOT NULL,
    reason text,
    batch bigint DEFAULT GREATEST(((pg_current_xact_id())::text)::bigint, (((pg_snapshot_xmax(pg_current_snapshot()))::text)::bigint - 1)) NOT NULL,
    digest bigint
);
CREATE TABLE request (
    merchant text NOT NULL,
    request_id text NOT NULL,
    content_hash text NOT NULL,
    answer text NOT NULL,
    create_time_us bigint NOT NULL
);
CREATE TABLE reservation (
    merchant text NOT NULL,
    reservation_id uuid NOT NULL,
    channel text NOT NULL,
    seller_id text NOT NULL,
    seller_key text NOT NULL COLLATE pg_catalog."C",
    order_id text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL,
    create_time_us bigint NOT NULL,
    update_time_us bigint NOT NULL,
    expire_time_us bigint,
    short boolean DEFAULT false NOT NULL,
    digest bigint
);
CREATE TABLE reservation_item (
    merchant text NOT NULL,
    reservation_id uuid NOT NULL,
    item_no bigint NOT NULL,
    csku text NOT NULL COLLATE pg_catalog."C",
    mapping_revision bigint NOT NULL,
    quantity bigint NOT NULL,
    held bigint NOT NULL,
    shipped bigint NOT NULL,
    released bigint NOT NULL,
    ordered bigint DEFAULT 0 NOT NULL,
    short bigint DEFAULT 0 NOT NULL,
    returned bigint DEFAULT 0 NOT NULL,
    digest bigint,
    CONSTRAINT reservation_item_check CHECK (((0 <= returned) AND (returned <= shipped))),
    CONSTRAINT reservation_item_ordered_check CHECK ((0 <= ordered)),
    CONSTRAINT reservation_item_short_check CHECK ((0 <= short)),
    CONSTRAINT reservation_item_units CHECK (((0 <= held) AND (0 <= shipped) AND (0 <= released) AND (quantity = ((held + shipped) + released))))
);
CREATE TABLE reservation_line (
    merchant text NOT NULL,
    reservation_id uuid NOT NULL,
    item_no bigint NOT NULL,
    component_no bigint NOT NULL,
    location_id bigint NOT NULL,
    isku_id bigint NOT NULL,
    per_unit bigint NOT NULL,
    held bigint NOT NULL,
    shipped bigint NOT NULL,
    released bigint NOT NULL,
    expire_time_us bigint,
    digest bigint,
    CONSTRAINT reservation_line_units CHECK (((1 <= per_unit) AND (0 <= held) AND (0 <= shipped) AND (0 <= released)))
);
CREATE TABLE seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE stock (
    merchant text NOT NULL,
    isku_id bigint NOT NULL,
    location_id bigint NOT NULL,
    on_hand bigint NOT NULL,
    reserved bigint NOT NULL,
    sequence bigint NOT NULL,
    CONSTRAINT stock_never_oversells CHECK (((0 <= reserved) AND (reserved <= on_hand))),
    CONSTRAINT stock_sequence CHECK ((0 <= sequence))
)
WITH (fillfactor='70');
INSERT INTO seaql_migrations VALUES ('m20261101_000001_request', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000002_isku', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000003_location', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000004_stock', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000005_reservation', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000006_movement', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000007_request_by_time', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000001_location', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000002_reservation_life', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000003_movement_reason', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000020_watch', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000030_isku_word', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000031_reservation_list', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000040_digest', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000041_digest_of_batch', 0);
ALTER TABLE ONLY isku_code
    ADD CONSTRAINT isku_code_pkey PRIMARY KEY (merchant, code);
ALTER TABLE ONLY isku
    ADD CONSTRAINT isku_pkey PRIMARY KEY (merchant, isku_id);
ALTER TABLE ONLY isku_word
    ADD CONSTRAINT isku_word_pkey PRIMARY KEY (merchant, isku_id, word);
ALTER TABLE ONLY location
    ADD CONSTRAINT location_pkey PRIMARY KEY (merchant, location_id);
ALTER TABLE ONLY merchant
    ADD CONSTRAINT merchant_pkey PRIMARY KEY (merchant);
ALTER TABLE ONLY movement
    ADD CONSTRAINT movement_pkey PRIMARY KEY (merchant, isku_id, location_id, sequence);
ALTER TABLE ONLY request
    ADD CONSTRAINT request_pkey PRIMARY KEY (merchant, request_id);
ALTER TABLE ONLY reservation_item
    ADD CONSTRAINT reservation_item_pkey PRIMARY KEY (merchant, reservation_id, item_no);
ALTER TABLE ONLY reservation_line
    ADD CONSTRAINT reservation_line_pkey PRIMARY KEY (merchant, reservation_id, item_no, component_no, location_id);
ALTER TABLE ONLY reservation
    ADD CONSTRAINT reservation_pkey PRIMARY KEY (merchant, reservation_id);
ALTER TABLE ONLY seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY stock
    ADD CONSTRAINT stock_pkey PRIMARY KEY (merchant, isku_id, location_id);
CREATE INDEX isku_by_barcode ON isku USING btree (merchant, barcode, isku_id) WHERE (barcode IS NOT NULL);
CREATE UNIQUE INDEX isku_by_code ON isku USING btree (merchant, code);
CREATE INDEX isku_code_near ON isku_code USING btree (merchant, near_key, code);
CREATE INDEX isku_incomplete ON isku USING btree (merchant, code) WHERE incomplete;
CREATE INDEX isku_word_by_word ON isku_word USING btree (merchant, word, isku_id);
CREATE UNIQUE INDEX location_by_code ON location USING btree (merchant, code);
CREATE INDEX movement_by_batch ON movement USING btree (merchant, batch, isku_id, location_id, sequence);
CREATE INDEX movement_by_csku ON movement USING btree (merchant, csku, create_time_us, isku_id, location_id, sequence) WHERE (csku IS NOT NULL);
CREATE INDEX movement_by_document ON movement USING btree (merchant, document, create_time_us, isku_id, location_id, sequence) WHERE (document IS NOT NULL);
CREATE INDEX movement_by_isku ON movement USING btree (merchant, isku_id, create_time_us, location_id, sequence);
CREATE INDEX movement_by_location ON movement USING btree (merchant, location_id, create_time_us, isku_id, sequence);
CREATE INDEX movement_by_reservation ON movement USING btree (merchant, reservation_id, create_time_us, isku_id, location_id, sequence) WHERE (reservation_id IS NOT NULL);
CREATE INDEX request_by_time ON request USING btree (create_time_us);
CREATE UNIQUE INDEX reservation_by_order ON reservation USING btree (merchant, channel, seller_key, order_id);
CREATE INDEX reservation_due ON reservation USING btree (expire_time_us, merchant, reservation_id) WHERE ((state = 'HELD'::text) AND (expire_time_us IS NOT NULL));
CREATE INDEX reservation_line_held ON reservation_line USING btree (merchant, isku_id, expire_time_us, location_id, reservation_id) WHERE (held > 0);
CREATE INDEX reservation_open ON reservation USING btree (merchant, state, reservation_id) WHERE ((state = 'HELD'::text) OR (state = 'CONFIRMED'::text));
CREATE INDEX reservation_short ON reservation USING btree (merchant, reservation_id) WHERE short;
ALTER TABLE ONLY isku_code
    ADD CONSTRAINT isku_code_merchant_isku_id_fkey FOREIGN KEY (merchant, isku_id) REFERENCES isku(merchant, isku_id);
ALTER TABLE ONLY isku_word
    ADD CONSTRAINT isku_word_merchant_isku_id_fkey FOREIGN KEY (merchant, isku_id) REFERENCES isku(merchant, isku_id);
ALTER TABLE ONLY stock
    ADD CONSTRAINT stock_merchant_isku_id_fkey FOREIGN KEY (merchant, isku_id) REFERENCES isku(merchant, isku_id);
ALTER TABLE ONLY stock
    ADD CONSTRAINT stock_merchant_location_id_fkey FOREIGN KEY (merchant, location_id) REFERENCES location(merchant, location_id);
