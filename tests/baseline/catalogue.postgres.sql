CREATE TABLE archived_isku (
    merchant text NOT NULL,
    isku_id bigint NOT NULL
);
CREATE TABLE category (
    merchant text NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    category_key text NOT NULL COLLATE pg_catalog."C",
    channel_category_id text,
    path text NOT NULL,
    sort_key text NOT NULL COLLATE pg_catalog."C",
    create_time_us bigint NOT NULL,
    update_time_us bigint NOT NULL
);
CREATE TABLE finding (
    merchant text NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    account_id uuid,
    blocking boolean NOT NULL,
    isku_codes text NOT NULL,
    detail text NOT NULL,
    open_time_us bigint NOT NULL,
    close_time_us bigint
);
CREATE TABLE finding_listing (
    merchant text NOT NULL,
    finding_id uuid NOT NULL,
    listing_id uuid NOT NULL
);
CREATE TABLE group_member (
    merchant text NOT NULL,
    group_id uuid NOT NULL,
    "position" bigint NOT NULL,
    member_id uuid NOT NULL
);
CREATE TABLE listing (
    merchant text NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    csku text COLLATE pg_catalog."C",
    channel_listing_id text COLLATE pg_catalog."C",
    renamed_csku text COLLATE pg_catalog."C",
    near_key text COLLATE pg_catalog."C",
    kind text NOT NULL,
    kind_source text NOT NULL,
    title text,
    barcode text,
    length_mm bigint,
    width_mm bigint,
    height_mm bigint,
    weight_g bigint,
    stock_tracked boolean NOT NULL,
    intent text NOT NULL,
    channel_status text,
    channel_quantity bigint,
    category_id uuid,
    mapping_revision bigint NOT NULL,
    set_key text COLLATE pg_catalog."C",
    retired boolean NOT NULL,
    adopted_quantity bigint,
    version bigint NOT NULL,
    create_time_us bigint NOT NULL,
    update_time_us bigint NOT NULL,
    adopted_isku_code text COLLATE pg_catalog."C",
    adopted_location text,
    CONSTRAINT listing_has_a_code CHECK (((csku IS NOT NULL) OR (channel_listing_id IS NOT NULL)))
);
CREATE TABLE mapping (
    merchant text NOT NULL,
    listing_id uuid NOT NULL,
    revision bigint NOT NULL,
    source text NOT NULL,
    actor text NOT NULL,
    note text NOT NULL,
    create_time_us bigint NOT NULL,
    CONSTRAINT mapping_revision CHECK ((1 <= revision))
);
CREATE TABLE mapping_component (
    merchant text NOT NULL,
    listing_id uuid NOT NULL,
    revision bigint NOT NULL,
    "position" bigint NOT NULL,
    isku_code text NOT NULL COLLATE pg_catalog."C",
    isku_id bigint,
    quantity bigint NOT NULL,
    CONSTRAINT mapping_component_quantity CHECK ((1 <= quantity))
);
CREATE TABLE request (
    merchant text NOT NULL,
    request_id text NOT NULL,
    content_hash text NOT NULL,
    answer text NOT NULL,
    create_time_us bigint NOT NULL
);
CREATE TABLE seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE seller_account (
    merchant text NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL COLLATE pg_catalog."C",
    seller_key text NOT NULL COLLATE pg_catalog."C",
    seller_id text NOT NULL,
    duplicate_policy text NOT NULL,
    buffer bigint NOT NULL,
    maximum bigint,
    retire_threshold_percent bigint NOT NULL,
    locations text NOT NULL,
    first_sync_due boolean NOT NULL,
    last_sync_time_us bigint,
    version bigint NOT NULL,
    create_time_us bigint NOT NULL,
    update_time_us bigint NOT NULL
);
CREATE TABLE sync (
    merchant text NOT NULL COLLATE pg_catalog."C",
    sync_id uuid NOT NULL,
    account_id uuid NOT NULL,
    scope text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    missing text NOT NULL COLLATE pg_catalog."C",
    opening text NOT NULL COLLATE pg_catalog."C",
    opening_location text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    acknowledged_sequence bigint NOT NULL,
    uploaded bigint NOT NULL,
    listings_before bigint NOT NULL,
    retired bigint NOT NULL,
    fence bigint NOT NULL,
    lease_until_us bigint NOT NULL,
    create_time_us bigint NOT NULL,
    update_time_us bigint NOT NULL,
    CONSTRAINT sync_missing_check CHECK ((missing = ANY (ARRAY['CREATE'::text, 'LEAVE'::text]))),
    CONSTRAINT sync_opening_check CHECK ((opening = ANY (ARRAY['ADOPT'::text, 'EMPTY'::text]))),
    CONSTRAINT sync_scope_check CHECK ((scope = ANY (ARRAY['FULL'::text, 'PARTIAL'::text]))),
    CONSTRAINT sync_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'APPLYING'::text, 'HELD_FOR_REVIEW'::text, 'COMPLETED'::text, 'ABORTED'::text])))
);
CREATE TABLE sync_item (
    merchant text NOT NULL COLLATE pg_catalog."C",
    sync_id uuid NOT NULL,
    place bigint NOT NULL,
    source_row bigint NOT NULL,
    rank bigint NOT NULL,
    csku text COLLATE pg_catalog."C",
    channel_listing_id text COLLATE pg_catalog."C",
    payload text NOT NULL COLLATE pg_catalog."C",
    stage text NOT NULL COLLATE pg_catalog."C",
    listing_id uuid,
    outcome text COLLATE pg_catalog."C",
    reasons text NOT NULL COLLATE pg_catalog."C",
    detail text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT sync_item_outcome_check CHECK ((outcome = ANY (ARRAY['CREATED'::text, 'UPDATED'::text, 'UNCHANGED'::text, 'FINDING'::text, 'REJECTED'::text]))),
    CONSTRAINT sync_item_stage_check CHECK ((stage = ANY (ARRAY['STAGED'::text, 'LISTED'::text, 'DONE'::text])))
);
INSERT INTO seaql_migrations VALUES ('m20261101_000001_request', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000002_seller_account', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000003_category', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000004_listing', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000005_mapping', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000006_finding', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000007_sync', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000008_request_by_time', 0);
INSERT INTO seaql_migrations VALUES ('m20261101_000009_sync_by_time', 0);
INSERT INTO seaql_migrations VALUES ('m20261124_000010_adopted', 0);
ALTER TABLE ONLY archived_isku
    ADD CONSTRAINT archived_isku_pkey PRIMARY KEY (merchant, isku_id);
ALTER TABLE ONLY category
    ADD CONSTRAINT category_pkey PRIMARY KEY (merchant, id);
ALTER TABLE ONLY finding_listing
    ADD CONSTRAINT finding_listing_pkey PRIMARY KEY (merchant, finding_id, listing_id);
ALTER TABLE ONLY finding
    ADD CONSTRAINT finding_pkey PRIMARY KEY (merchant, id);
ALTER TABLE ONLY group_member
    ADD CONSTRAINT group_member_pkey PRIMARY KEY (merchant, group_id, "position");
ALTER TABLE ONLY listing
    ADD CONSTRAINT listing_pkey PRIMARY KEY (merchant, id);
ALTER TABLE ONLY mapping_component
    ADD CONSTRAINT mapping_component_pkey PRIMARY KEY (merchant, listing_id, revision, "position");
ALTER TABLE ONLY mapping
    ADD CONSTRAINT mapping_pkey PRIMARY KEY (merchant, listing_id, revision);
ALTER TABLE ONLY request
    ADD CONSTRAINT request_pkey PRIMARY KEY (merchant, request_id);
ALTER TABLE ONLY seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY seller_account
    ADD CONSTRAINT seller_account_pkey PRIMARY KEY (merchant, id);
ALTER TABLE ONLY sync_item
    ADD CONSTRAINT sync_item_pkey PRIMARY KEY (merchant, sync_id, place);
ALTER TABLE ONLY sync
    ADD CONSTRAINT sync_pkey PRIMARY KEY (merchant, sync_id);
CREATE UNIQUE INDEX category_by_key ON category USING btree (merchant, channel, owner, category_key);
CREATE INDEX finding_by_account ON finding USING btree (merchant, account_id, kind) WHERE (close_time_us IS NULL);
CREATE INDEX finding_listing_by_listing ON finding_listing USING btree (merchant, listing_id, finding_id);
CREATE UNIQUE INDEX finding_open ON finding USING btree (merchant, kind, subject) WHERE (close_time_us IS NULL);
CREATE UNIQUE INDEX group_member_once ON group_member USING btree (merchant, member_id, group_id);
CREATE INDEX listing_by_account ON listing USING btree (merchant, account_id, id);
CREATE INDEX listing_by_category ON listing USING btree (merchant, category_id);
CREATE UNIQUE INDEX listing_by_channel_listing_id ON listing USING btree (merchant, account_id, channel_listing_id);
CREATE UNIQUE INDEX listing_by_csku ON listing USING btree (merchant, account_id, csku);
CREATE INDEX listing_by_near_key ON listing USING btree (merchant, account_id, near_key);
CREATE INDEX listing_by_renamed_csku ON listing USING btree (merchant, account_id, renamed_csku) WHERE (renamed_csku IS NOT NULL);
CREATE INDEX listing_by_set_key ON listing USING btree (merchant, set_key, account_id);
CREATE INDEX mapping_component_by_isku_code ON mapping_component USING btree (merchant, isku_code, listing_id, revision);
CREATE INDEX request_by_time ON request USING btree (create_time_us);
CREATE UNIQUE INDEX seller_account_by_key ON seller_account USING btree (merchant, channel, seller_key);
CREATE INDEX sync_item_channel_listing_id ON sync_item USING btree (merchant, sync_id, channel_listing_id);
CREATE INDEX sync_item_csku ON sync_item USING btree (merchant, sync_id, csku);
CREATE INDEX sync_item_listing ON sync_item USING btree (merchant, sync_id, listing_id);
CREATE INDEX sync_item_work ON sync_item USING btree (merchant, sync_id, stage, rank, place);
CREATE UNIQUE INDEX sync_one_open ON sync USING btree (merchant, account_id) WHERE (state = ANY (ARRAY['OPEN'::text, 'APPLYING'::text, 'HELD_FOR_REVIEW'::text]));
CREATE INDEX sync_over_by_time ON sync USING btree (update_time_us) WHERE (state = ANY (ARRAY['COMPLETED'::text, 'ABORTED'::text]));
ALTER TABLE ONLY finding_listing
    ADD CONSTRAINT finding_listing_merchant_finding_id_fkey FOREIGN KEY (merchant, finding_id) REFERENCES finding(merchant, id);
ALTER TABLE ONLY finding_listing
    ADD CONSTRAINT finding_listing_merchant_listing_id_fkey FOREIGN KEY (merchant, listing_id) REFERENCES listing(merchant, id);
ALTER TABLE ONLY group_member
    ADD CONSTRAINT group_member_merchant_group_id_fkey FOREIGN KEY (merchant, group_id) REFERENCES listing(merchant, id);
ALTER TABLE ONLY group_member
    ADD CONSTRAINT group_member_merchant_member_id_fkey FOREIGN KEY (merchant, member_id) REFERENCES listing(merchant, id);
ALTER TABLE ONLY listing
    ADD CONSTRAINT listing_merchant_account_id_fkey FOREIGN KEY (merchant, account_id) REFERENCES seller_account(merchant, id);
ALTER TABLE ONLY listing
    ADD CONSTRAINT listing_merchant_category_id_fkey FOREIGN KEY (merchant, category_id) REFERENCES category(merchant, id);
ALTER TABLE ONLY mapping_component
    ADD CONSTRAINT mapping_component_merchant_listing_id_revision_fkey FOREIGN KEY (merchant, listing_id, revision) REFERENCES mapping(merchant, listing_id, revision);
ALTER TABLE ONLY mapping
    ADD CONSTRAINT mapping_merchant_listing_id_fkey FOREIGN KEY (merchant, listing_id) REFERENCES listing(merchant, id);
