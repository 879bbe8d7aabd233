/** Writes what `feast apply` writes, as far as we read it: feature_store.yaml and registry.db. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtoWriter } from '../../../src/model/onnx/protobuf.js';

export interface WrittenView {
  readonly name: string;
  readonly uri: string;
  readonly project?: string;
  readonly entities?: readonly string[];
  readonly features: readonly string[];
  /** Seconds. */
  readonly ttl?: number;
  readonly created?: string;
  readonly fieldMapping?: Readonly<Record<string, string>>;
  /** DataSource.SourceType; 1: file. */
  readonly sourceType?: number;
  /** Inside a push source. */
  readonly pushed?: boolean;
}

const map = (writer: ProtoWriter, field: number, entries: Readonly<Record<string, string>>): void => {
  for (const [key, value] of Object.entries(entries))
    writer.message(field, (entry) => {
      entry.string(1, key);
      entry.string(2, value);
    });
};

const source = (writer: ProtoWriter, view: WrittenView): void => {
  writer.int(1, view.sourceType ?? 1);
  map(writer, 2, view.fieldMapping ?? {});
  writer.string(3, 'event_timestamp');
  if (view.created) writer.string(5, view.created);
  writer.message(11, (file) => file.string(2, view.uri));
  // A field of a wire type that nothing here uses.
  writer.float(99, 1.5);
};

const projection = (writer: ProtoWriter): void => {
  writer.string(1, 'stats');
  writer.message(2, (feature) => feature.string(1, 'trips'));
  writer.string(3, 'mine');
  map(writer, 4, { driver_id: 'rider' });
};

export function registryBytes(views: readonly WrittenView[], onDemand: readonly string[] = []): Uint8Array {
  const registry = new ProtoWriter();
  registry.message(1, (entity) =>
    entity.message(1, (spec) => {
      spec.string(1, 'driver');
      spec.string(4, 'driver_id');
      spec.string(9, 'shop');
    }),
  );
  registry.string(3, '1');
  for (const view of views) {
    registry.message(6, (message) =>
      message.message(1, (spec) => {
        spec.string(1, view.name);
        spec.string(2, view.project ?? 'shop');
        spec.strings(3, view.entities ?? ['driver']);
        for (const feature of view.features) spec.message(4, (one) => one.string(1, feature));
        if (view.ttl) spec.message(6, (ttl) => ttl.int(1, view.ttl ?? 0));
        if (view.pushed) {
          spec.message(7, (push) => {
            push.int(1, 9);
            push.message(26, (file) => source(file, view));
          });
        } else spec.message(7, (file) => source(file, view));
      }),
    );
  }
  registry.message(7, (service) =>
    service.message(1, (spec) => {
      spec.string(1, 'model');
      spec.string(2, 'shop');
      spec.message(3, projection);
    }),
  );
  for (const name of onDemand)
    registry.message(8, (view) =>
      view.message(1, (spec) => {
        spec.string(1, name);
        spec.string(2, 'shop');
      }),
    );
  return registry.finish().slice();
}

export async function writeRepository(
  directory: string,
  registry: Uint8Array,
  settings = 'project: shop\nregistry: data/registry.db\nprovider: local\n',
): Promise<void> {
  await mkdir(join(directory, 'data'), { recursive: true });
  await writeFile(join(directory, 'data/registry.db'), registry);
  await writeFile(join(directory, 'feature_store.yaml'), settings);
}
