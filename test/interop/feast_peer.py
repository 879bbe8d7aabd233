"""A Feast repository in the directory argv[1] over data of its own, what Feast itself says of it in peer.json, and then its feature server at port argv[2]."""

import json
import os
import sys
from datetime import datetime, timedelta

os.environ["FEAST_USAGE"] = "False"

import numpy as np
import pandas as pd
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Bool, Float64, Int64, String

directory, port = sys.argv[1], int(sys.argv[2])
os.makedirs(f"{directory}/data")
os.chdir(directory)
with open("feature_store.yaml", "w") as file:
    file.write(
        "project: shop\nregistry: data/registry.db\nprovider: local\n"
        "online_store: {type: sqlite, path: data/online.db}\noffline_store: {type: file}\n"
        "entity_key_serialization_version: 3\n"
    )

rng = np.random.default_rng(5)
T0 = pd.Timestamp("2024-01-01", tz="UTC")


def hours(values):
    return T0 + pd.to_timedelta(values, unit="h")


# No two rows of one driver and event time: of such rows Feast's file store takes any (its sort by event time is not stable), not the one written last.
drivers, each = 8, 50
rows = drivers * each
event = hours(np.concatenate([rng.permutation(24 * 60)[:each] / 60 for _ in range(drivers)]))
stats = pd.DataFrame(
    {
        "driver_id": np.repeat(np.arange(1, drivers + 1), each),
        "event_timestamp": event,
        "created": event + pd.to_timedelta(rng.integers(0, 180, rows), unit="min"),
        "rating": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows)),
        "trips": rng.integers(0, 50, rows),
        "city": rng.choice(["Bern", "Köln", None], rows),
        "active": rng.random(rows) < 0.5,
    }
).sample(frac=1, random_state=2)
stats.to_parquet("data/stats.parquet")
pairs = pd.DataFrame(
    {
        "driver_id": np.repeat(np.arange(1, 9), 6),
        "shop": np.tile(["a", "b"], 24),
        "event_timestamp": hours(np.tile([1, 1, 7.5, 7.5, 30, 30], 8)),
        "sales": rng.normal(size=48),
    }
)
pairs.to_parquet("data/pairs.parquet")
weather = pd.DataFrame({"event_timestamp": hours(np.array([3, 9, 15])), "rain": [0.1, 0.2, 0.3]})
weather.to_parquet("data/weather.parquet")

# So few rows of one time are sorted as they should be.
figures = pd.DataFrame(
    {
        "driver_id": 1,
        "event_timestamp": hours(np.array([1, 1, 1, 2, 2])),
        "created": hours(np.array([1, 5, 3, 9, 2])),
        "profit": [1.0, 2.0, 3.0, 4.0, 5.0],
    }
)
figures.to_parquet("data/figures.parquet")

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
shop = Entity(name="store", join_keys=["shop"], value_type=ValueType.STRING)
stats_view = FeatureView(
    name="stats",
    entities=[driver],
    ttl=timedelta(hours=6),
    schema=[
        Field(name="score", dtype=Float64),
        Field(name="trips", dtype=Int64),
        Field(name="city", dtype=String),
        Field(name="active", dtype=Bool),
    ],
    source=FileSource(
        path="data/stats.parquet",
        timestamp_field="event_timestamp",
        created_timestamp_column="created",
        field_mapping={"rating": "score"},
    ),
)
pairs_view = FeatureView(
    name="pairs",
    entities=[driver, shop],
    ttl=timedelta(0),
    schema=[Field(name="sales", dtype=Float64)],
    source=FileSource(path="data/pairs.parquet", timestamp_field="event_timestamp"),
)
weather_view = FeatureView(
    name="weather",
    entities=[],
    ttl=timedelta(0),
    schema=[Field(name="rain", dtype=Float64)],
    source=FileSource(path="data/weather.parquet", timestamp_field="event_timestamp"),
)
figures_view = FeatureView(
    name="figures",
    entities=[driver],
    ttl=timedelta(0),
    schema=[Field(name="profit", dtype=Float64)],
    source=FileSource(
        path="data/figures.parquet", timestamp_field="event_timestamp", created_timestamp_column="created"
    ),
)
service = FeatureService(
    name="model",
    features=[stats_view[["trips", "score"]].with_name("mine").with_join_key_map({"driver_id": "rider"})],
)
store = FeatureStore(".")
store.apply([driver, shop, stats_view, pairs_view, weather_view, figures_view, service])
store.materialize(datetime(2023, 1, 1), datetime(2025, 1, 1))

# Feast puts rows of one key and time together, and rows of one time where a view has no key: here there are no two.
at = rng.permutation(1800)[:225] / 60
entities = pd.DataFrame(
    {
        "driver_id": np.repeat(np.arange(1, 10), 25),
        "shop": rng.choice(["a", "b", "c"], 225),
        "event_timestamp": hours(at),
        "row": np.arange(225),
    }
)
entities.sample(frac=1, random_state=1).to_parquet("data/entities.parquet")
FEATURES = ["stats:score", "stats:trips", "stats:city", "stats:active", "pairs:sales"]


def historical(features, frame, **options):
    found = store.get_historical_features(entity_df=frame, features=features, **options).to_df()
    found = found.sort_values("row").astype(object)
    return {name: [None if pd.isna(v) else v for v in found[name]] for name in found if name != "event_timestamp"}


online_entities = {"driver_id": [3, 1, 9, 8, 2], "shop": ["a", "b", "a", "c", "b"]}
peer = {
    "plain": historical(FEATURES, entities),
    "full": historical(["pairs:sales", "stats:trips"], entities, full_feature_names=True),
    "created": historical(["stats:score", "stats:trips"], entities, filter_by_created_timestamp=True),
    "weather": historical(["weather:rain"], entities),
    "figures": [
        historical(
            ["figures:profit"],
            pd.DataFrame({"driver_id": [1], "event_timestamp": hours(np.array([at])), "row": [0]}),
            filter_by_created_timestamp=filtered,
        )["profit"][0]
        for at in (1.5, 4, 6)
        for filtered in (False, True)
    ],
    "service": historical(
        store.get_feature_service("model"), entities.rename(columns={"driver_id": "rider"}), full_feature_names=True
    ),
    "online_entities": online_entities,
    "online": store.get_online_features(
        FEATURES, [dict(zip(online_entities, row)) for row in zip(*online_entities.values())]
    ).to_dict(),
}


def plain(value):
    if isinstance(value, (np.integer, np.floating, np.bool_)):
        return value.item()
    raise TypeError(type(value))


with open("peer.json", "w") as file:
    json.dump(peer, file, default=plain)
store.serve(host="127.0.0.1", port=port)
