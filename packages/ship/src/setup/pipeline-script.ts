/**
 * Painless script for Elasticsearch 7.17 to 9 and OpenSearch 2 and 3. Its work is bounded: it descends only where the
 * mapping does, and 20 levels into content.
 */
export const PIPELINE_SCRIPT = `boolean isScalar(def value) {
  return value == null || value instanceof String || value instanceof Number || value instanceof Boolean;
}
boolean fitsOne(String shape, def value) {
  if (value == null) return true;
  if (shape == 'number') return value instanceof Number || value instanceof String;
  if (shape == 'boolean') return value instanceof Boolean || value == 'true' || value == 'false';
  return isScalar(value);
}
boolean fits(String shape, def value) {
  if (shape == 'content') return true;
  if (value instanceof List) {
    for (def entry : value) if (!fitsOne(shape, entry)) return false;
    return true;
  }
  return fitsOne(shape, value);
}
void gather(def value, List texts, int depth) {
  if (depth > 20 || texts.size() >= 10000) return;
  if (value instanceof String) texts.add(value);
  else if (value instanceof List) for (def entry : value) gather(entry, texts, depth + 1);
  else if (value instanceof Map) {
    for (def entry : value.entrySet()) {
      if (entry.getKey() != 'role' && entry.getKey() != 'type') gather(entry.getValue(), texts, depth + 1);
    }
  }
}
void moveOdd(Map odd, String name, def value) {
  odd.list.add(['name': name, 'value': value]);
}
void putMember(Map families, Map odd, Map params, String family, String name, def value) {
  boolean isLong = value instanceof String && value.length() > params.longest;
  if (!isScalar(value) || isLong || name.trim().isEmpty() || name.contains(params.nul)) {
    moveOdd(odd, family + '.' + name, value);
    return;
  }
  if (!families.containsKey(family)) families[family] = new HashMap();
  families[family][name] = value;
}
boolean isPath(String path) {
  if (path.startsWith('.') || path.endsWith('.') || path.startsWith('_')) return false;
  int from = 0;
  while (from <= path.length()) {
    int dot = path.indexOf('.', from);
    if (dot < 0) dot = path.length();
    if (path.substring(from, dot).trim().isEmpty()) return false;
    from = dot + 1;
  }
  return true;
}
boolean isBelowField(String path, Map params) {
  int dot = path.indexOf('.');
  while (dot > 0) {
    if (params.shapes.containsKey(path.substring(0, dot))) return true;
    dot = path.indexOf('.', dot + 1);
  }
  return false;
}
boolean takeFamily(String path, def value, Map families, Map odd, Map params) {
  for (def family : params.families) {
    if (path == family) {
      if (value instanceof Map) {
        for (def entry : value.entrySet()) putMember(families, odd, params, family, entry.getKey(), entry.getValue());
      } else if (value != null) moveOdd(odd, path, value);
      return true;
    }
    if (path.startsWith(family + '.')) {
      putMember(families, odd, params, family, path.substring(family.length() + 1), value);
      return true;
    }
  }
  return false;
}
void walk(Map map, String prefix, Map families, List texts, Map odd, Map params) {
  for (def key : new ArrayList(map.keySet())) {
    if (prefix.isEmpty() && odd.metadata.contains(key)) continue;
    String path = prefix + key;
    def value = map.get(key);
    def shape = params.shapes.get(path);
    if (shape != null) {
      if (!fits(shape, value)) {
        map.remove(key);
        moveOdd(odd, path, value);
      } else if (shape == 'content' && path != params.odd) gather(value, texts, 0);
    } else if (takeFamily(path, value, families, odd, params)) {
      map.remove(key);
    } else if (params.branches.containsKey(path)) {
      if (value instanceof Map) walk(value, path + '.', families, texts, odd, params);
      else if (value != null) {
        map.remove(key);
        moveOdd(odd, path, value);
      }
    } else if (!isPath(path) || isBelowField(path, params)) {
      map.remove(key);
      moveOdd(odd, path, value);
    }
  }
}
boolean isTime(def value) {
  if (value instanceof Long || value instanceof Integer) return true;
  if (!(value instanceof String)) return false;
  try {
    ZonedDateTime.parse(value);
    return true;
  } catch (Exception error) {
    return false;
  }
}
Map families = new HashMap();
List texts = new ArrayList();
Map odd = ['list': new ArrayList(), 'metadata': ['_index', '_id', '_type', '_routing', '_version', '_version_type',
  '_if_seq_no', '_if_primary_term', '_op_type', '_dynamic_templates', '_ingest']];
walk(ctx, '', families, texts, odd, params);
if (!isTime(ctx['@timestamp'])) {
  if (ctx['@timestamp'] != null) moveOdd(odd, '@timestamp', ctx['@timestamp']);
  ctx['@timestamp'] = System.currentTimeMillis();
}
for (def entry : families.entrySet()) ctx[entry.getKey()] = entry.getValue();
if (!texts.isEmpty()) ctx[params.text] = texts;
if (!odd.list.isEmpty()) ctx[params.odd] = odd.list;
`;
