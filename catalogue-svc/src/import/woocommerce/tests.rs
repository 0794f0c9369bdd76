//! WooCommerce's product CSV on literals.

use super::{
    super::tests::{items, notes, rows},
    *,
};
use crate::{
    domain::listing::QuantityBasis,
    import::{BadRow, Weight},
};

#[test]
fn kinds_come_from_the_words_of_one_cell_and_extensions_follow_their_base() {
    let check = |cell: &str, expected: (Kind, Tracking)| {
        let found = items(&FORMAT, &format!("Type,SKU,Parent\n\"{cell}\",A,P\n"));
        assert_eq!((found[0].kind, found[0].tracking), (Some(expected.0), expected.1), "{cell:?}");
    };
    check("simple", (Kind::Single, Tracking::Tracked));
    check("simple, downloadable, virtual", (Kind::Single, Tracking::Untracked));
    check("external", (Kind::Single, Tracking::Untracked));
    check("variable", (Kind::Group, Tracking::Tracked));
    check("grouped", (Kind::Group, Tracking::Tracked));
    check("variation, virtual", (Kind::Variant, Tracking::Untracked));
    check("subscription", (Kind::Single, Tracking::Tracked));
    check("subscription, virtual", (Kind::Single, Tracking::Untracked));
    check("variable-subscription", (Kind::Group, Tracking::Tracked));
    check("subscription_variation", (Kind::Variant, Tracking::Tracked));
    check("bundle", (Kind::Kit, Tracking::Tracked));
    check("yith_bundle", (Kind::Kit, Tracking::Tracked));
    check("composite", (Kind::Kit, Tracking::Tracked));
    check("lottery", (Kind::Single, Tracking::Tracked));

    let told = notes(&FORMAT, "Type,SKU\nbundle,A\nlottery,B\nsimple,C\n,D\n");
    let told: Vec<(u64, Weight)> = told.into_iter().map(|(line, weight, _)| (line, weight)).collect();
    assert_eq!(told, [(2, Weight::Remark), (3, Weight::CellLost), (5, Weight::CellLost)]);
}

#[test]
fn parents_and_members_are_named_by_sku_or_by_id() {
    let items = items(
        &FORMAT,
        "ID,Type,SKU,Name,Parent,Grouped products\n\
         7,variable,tee,Tee,,\n8,variation,tee-r,Tee red,tee,\n9,variation,,Tee blue,id:7,\n10,grouped,set,Set,,\"cap, id:12,scarf\"\n",
    );

    assert_eq!(items[0].kind, Some(Kind::Group));
    assert_eq!((items[1].parent_csku.as_str(), items[1].parent_channel_listing_id.as_str()), ("tee", ""));
    assert_eq!((items[2].parent_csku.as_str(), items[2].parent_channel_listing_id.as_str()), ("", "7"));
    assert_eq!((items[2].csku.as_str(), items[2].channel_listing_id.as_str()), ("", "9"));
    assert_eq!(items[3].member_cskus, ["cap", "scarf"]);
    assert_eq!(items[3].member_channel_listing_ids, ["12"]);
}

#[test]
fn measures_are_converted_exactly_from_the_unit_in_the_header() {
    let found = items(
        &FORMAT,
        "Type,SKU,Weight (kg),Length (cm),Width (cm),Height (cm),Stock,Published\n\
         simple,A,1.1,0.25,20,40,5,1\nsimple,B,0,1,,3,,-1\nsimple,C,0.0001,1,2,3,parent,0\n",
    );

    let seen: Vec<_> = found.iter().map(|i| (i.weight_g, i.sides_mm, i.channel_quantity)).collect();
    assert_eq!(
        seen,
        [(Some(1100), Some([3, 200, 400]), Some(5)), (None, None, None), (Some(1), Some([10, 20, 30]), None)]
    );
    let status: Vec<_> = found.iter().map(|i| i.channel_status).collect();
    assert_eq!(status, [Some(ChannelStatus::Live), Some(ChannelStatus::NotLive), Some(ChannelStatus::NotLive)]);
    assert_eq!(items(&FORMAT, "Type,SKU,Weight (lbs)\nsimple,A,2.5\n")[0].weight_g, Some(1134));
}

#[test]
fn an_export_in_any_language_is_read() {
    for (header, code) in [
        ("ID,Type,SKU,Name,Published,In stock?,Stock,Weight (kg),Categories,Parent,Grouped products", "English"),
        (
            "ID,Typ,Artikelnummer,Name,Veröffentlicht,Vorrätig?,Lager,Gewicht (kg),Kategorien,Übergeordnetes Produkt,Gruppierte Produkte",
            "German",
        ),
        ("ID,Type,UGS,Nom,Publié,En stock ?,Stock,Poids (kg),Catégories,Parent,Groupes de produits", "French"),
        (
            "ID,Tipo,SKU,Nombre,Publicado,¿Existencias?,Inventario,Peso (kg),Categorías,Superior,Productos agrupados",
            "Spanish",
        ),
        (
            "ID,Tipo,SKU,Nome,Publicado,Em estoque?,Estoque,Peso (kg),Categorias,Ascendente,Grupo de produtos",
            "Portuguese",
        ),
        (
            "ID,Tipo,COD,Nome,Pubblicato,In stock?,Magazzino,Peso (kg),Categorie,Genitore,Prodotti raggruppati",
            "Italian",
        ),
        (
            "ID,Type,SKU,Naam,Gepubliceerd,Op voorraad?,Voorraad,Gewicht (kg),Categorieën,Hoofd,Gegroepeerde producten",
            "Dutch",
        ),
        (
            "ID,Typ,SKU,Nazwa,Opublikowano,W magazynie?,Stan magazynowy,Waga (kg),Kategorie,Element nadrzędny,Produkty grupowe",
            "Polish",
        ),
        (
            "Kimlik,Tür,Stok kodu (SKU),İsim,Yayımlanmış,Stokta?,Stok,Ağırlık (kg),Kategoriler,Ebeveyn,Gruplanmış ürünler",
            "Turkish",
        ),
        (
            "ID,Tipe,SKU,Nama,Diterbitkan,Stok tersedia?,Stok,Berat (kg),Kategori,Induk,Produk yang dikelompokkan",
            "Indonesian",
        ),
    ] {
        let file = format!(
            "{header}\n901,simple,SAC,\"Sac, lin\",1,1,12,\"0,45\",Maison > Sacs,,\n\
             902,variation,SAC-1,Un,0,1,7,\"1,2\",,id:900,\n903,grouped,SET,Set,1,0,,,,,SAC\n"
        );

        let found = items(&FORMAT, &file);

        let seen: Vec<_> =
            found.iter().map(|i| (i.csku.as_str(), i.title.as_str(), i.channel_quantity, i.weight_g)).collect();
        assert_eq!(
            seen[..2],
            [("SAC", "Sac, lin", Some(12), Some(450)), ("SAC-1", "Un", Some(7), Some(1_200))],
            "{code}"
        );
        assert_eq!(found[0].channel_listing_id, "901", "{code}");
        assert_eq!(
            (found[0].channel_status, found[1].channel_status),
            (Some(ChannelStatus::Live), Some(ChannelStatus::NotLive)),
            "{code}"
        );
        assert_eq!(found[0].categories[0].path, ["Maison", "Sacs"], "{code}");
        assert_eq!(found[1].parent_channel_listing_id, "900", "{code}");
        assert_eq!(found[2].member_cskus, ["SAC"], "{code}");
        assert_eq!(notes(&FORMAT, &file), [], "{code}");
    }
}

#[test]
fn what_is_not_counted_has_no_number() {
    let found = items(
        &FORMAT,
        "ID,Type,SKU,Name,Published,In stock?,Stock,Backorders allowed?,Parent\n\
         1,simple,cc-beanie,Beanie,1,1,,0,\n2,simple,cc-cap,Cap,1,0,,0,\n3,variation,GLASS,Glass,1,1,parent,0,WINE\n\
         4,simple,BACK,Chair,1,1,-2,notify,\n5,simple,FABRIC,Fabric,1,1,12.5,,\n6,simple,CLOTH,Cloth,1,1,8.0,,\n\
         7,variable,WINE,Wine,1,1,10,0,\n",
    );

    let quantities: Vec<_> = found.iter().map(|item| (item.channel_quantity, item.quantity_basis)).collect();
    let expected = [
        (None, Some(QuantityBasis::NotCounted)),
        (Some(0), None),
        (None, Some(QuantityBasis::AtParent)),
        (Some(-2), None),
        (None, None),
        (Some(8), None),
        (Some(10), Some(QuantityBasis::AtParent)),
    ];
    assert_eq!(quantities, expected);
}

#[test]
fn what_the_export_escapes_for_spreadsheets_is_as_it_was() {
    let items = items(
        &FORMAT,
        "ID,Type,SKU,Name,Stock,Published,Categories\n\
         7,simple,'=A1,'@home,'-3,'-1,'+18\n8,simple,'tis,''=,3,1,'Tea\n",
    );

    let seen: Vec<_> = items.iter().map(|i| (i.csku.as_str(), i.title.as_str(), i.channel_quantity)).collect();
    assert_eq!(seen, [("=A1", "@home", Some(-3)), ("'tis", "''=", Some(3))]);
    assert_eq!(items[0].channel_status, Some(ChannelStatus::NotLive));
    assert_eq!(
        (&items[0].categories[0].path[0], &items[1].categories[0].path[0]),
        (&"+18".to_owned(), &"'Tea".to_owned())
    );
}

#[test]
fn categories_are_paths_with_escaped_commas() {
    let found = items(&FORMAT, "Type,SKU,Categories\nsimple,A,\"Food > Tea\\, black, Food\"\n");

    let paths: Vec<Vec<String>> = found[0].categories.iter().map(|c| c.path.clone()).collect();
    assert_eq!(paths, [vec!["Food".to_owned(), "Tea, black".to_owned()], vec!["Food".to_owned()]]);
}

#[test]
fn rows_that_nothing_names_are_bad_and_cells_that_cannot_be_read_are_told() {
    let file = "Type,SKU,Stock,Parent,Weight (kg)\nexternal,,,,\nvariation,,6,WOOIDEA,1\nvariation,V,,,\nsimple,S,\"1,5\",,x\n";
    let found = rows(&FORMAT, file, &Options::default());

    let bad: Vec<BadRow> = found.into_iter().filter_map(|row| row.item.err()).collect();
    let expected = [
        (2, "SKU and ID are both empty: nothing names this product"),
        (3, "SKU and ID are both empty: nothing names this product"),
        (4, "Parent is empty: a variation belongs to a product"),
    ];
    assert_eq!(bad, expected.map(|(line, reason)| BadRow { line, reason: reason.to_owned() }));
    let lost = [
        "Weight (kg) \"x\" is not a number of zero or more",
        "Stock \"1,5\" is not a whole number: stock is kept in whole units",
    ];
    assert_eq!(notes(&FORMAT, file), lost.map(|text| (5, Weight::CellLost, text.to_owned())));
}
