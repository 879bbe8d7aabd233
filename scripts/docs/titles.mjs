// A typedoc plugin: a guide is called by its first heading, not by its file.
import { Converter } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const reflection of Object.values(context.project.reflections)) {
      if (!reflection.isDocument()) continue;
      const heading = reflection.content
        .map((part) => part.text)
        .join('')
        .match(/^# (.+)$/m)?.[1];
      if (heading) reflection.name = heading.replaceAll('`', '');
    }
  });
}
