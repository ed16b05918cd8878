import { describe, expect, it } from 'vitest';
import { mountTemplate } from '../src/route/mount-path.ts';

describe('the template of a mount path', () => {
  it.each([
    ['/api/v1', [{ at: 4, params: { version: 'v1' } }], '/api/:version'],
    ['/api/api', [{ at: 4, params: { version: 'api' } }], '/api/:version'],
    ['/t/ac%20me', [{ at: 0, params: { tenant: 'ac me' } }], '/t/:tenant'],
    ['/x/x', [{ at: 0, params: { a: 'x', b: 'x' } }], '/:b/:a'],
    ['/flights/LAX-L', [{ at: 0, params: { from: 'LAX', to: 'L' } }], '/flights/:from-:to'],
    ['/files/a/b/c', [{ at: 0, params: { path: ['a', 'b', 'c'] } }], '/files/:path'],
    ['/files/a/b', [{ at: 0, params: { 0: 'a/b' } }], '/files/:0'],
    [
      '/t/acme/u/7',
      [
        { at: 0, params: { tenant: 'acme' } },
        { at: 7, params: { tenant: 'acme', user: '7' } },
      ],
      '/t/:tenant/u/:user',
    ],
    ['/t/%', [{ at: 0, params: { tenant: '%' } }], '/t/:tenant'],
    ['/plain', [], '/plain'],
    ['', [{ at: 0, params: { id: '1' } }], ''],
  ])('%s', (baseUrl, layers, template) => {
    expect(mountTemplate(baseUrl, layers)).toBe(template);
  });

  it('holds no value of a parameter, whatever character is in it', () => {
    const characters = Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code)).filter(
      (one) => one !== '/',
    );
    for (const character of [...characters, '\uE000', '\uFFFD', '漢', '🙂', 'e\u0301']) {
      for (const value of [character, `a${character}`, `${character}id`, character.repeat(3)]) {
        const layers = [{ at: 6, params: { id: value } }];
        expect(mountTemplate(`/fixed/${encodeURIComponent(value)}`, layers)).toBe('/fixed/:id');
      }
    }
  });
});
