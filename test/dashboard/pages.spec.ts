import { VersioningType } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { PLATFORMS, startDashboard } from './support/dashboard.js';

const UI = {
  'index.html': '<!doctype html><script type="module" src="./assets/index-B1a2.js"></script>',
  'favicon.svg': '<svg/>',
  'assets/index-B1a2.js': 'start()',
};

describe.each(PLATFORMS)('pages of the dashboard, on %s', (platform) => {
  it('lie at the path with a slash at its end, to which the path without one leads', async () => {
    const { get } = await startDashboard({ platform, ui: UI });
    const page = await get('/');
    expect([page.status, page.body]).toEqual([200, UI['index.html']]);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');

    const bare = await get('?theme=dark');
    expect(bare.status).toBe(302);
    // Relative: a proxy may have another prefix, which nobody here knows.
    expect(bare.headers.get('location')).toBe('./jobs/?theme=dark');
  });

  it('come with what belongs to them, which may be kept by its hash', async () => {
    const { get } = await startDashboard({ platform, ui: UI });
    const script = await get('/assets/index-B1a2.js');
    expect([script.status, script.body]).toEqual([200, 'start()']);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const icon = await get('/favicon.svg');
    expect([icon.status, icon.headers.get('cache-control')]).toEqual([200, 'no-cache']);
  });

  it.each([
    '/assets/missing.js',
    '/missing.txt',
    '/assets/..%2f..%2fpackage.json',
    '/..%2f..%2fpackage.json',
    '/assets/%2e%2e%2findex.html',
    '/assets/..%5c..%5cpackage.json',
    '/%2fetc%2fpasswd',
    '/assets/index-B1a2.js%00.html',
    '/__proto__',
    '/constructor',
  ])('do not lead out of their folder: %s', async (path) => {
    const { get } = await startDashboard({ platform, ui: UI });
    const { status, body } = await get(path);
    expect([400, 404]).toContain(status);
    expect(JSON.stringify(body)).not.toMatch(/dependencies|root:|start\(\)|doctype/);
  });

  it('allow nothing from elsewhere, wherever they are asked for', async () => {
    const { get } = await startDashboard({ platform, ui: UI });
    for (const path of [
      '',
      '/',
      '/assets/index-B1a2.js',
      '/missing',
      '/api/overview',
      '/api/entries/missing',
    ]) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy')!.split('; ').toSorted();
      expect(policy).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('say how to build them where they are not built, and the rest works', async () => {
    const { get } = await startDashboard({ platform, ui: {} });
    const page = await get('/');
    expect(page.status).toBe(503);
    expect(page.body).toContain('npm run build');
    expect((await get('/api/overview')).status).toBe(200);
  });

  it('lie below a global prefix, without a version', async () => {
    const { get } = await startDashboard({
      platform,
      ui: UI,
      dashboard: { path: 'admin/jobs/' },
      at: '/backstage/admin/jobs',
      configure(nest) {
        nest.setGlobalPrefix('backstage');
        nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '7' });
      },
    });
    expect((await get('/')).body).toBe(UI['index.html']);
    expect((await get('')).headers.get('location')).toBe('./jobs/');
    expect((await get('/assets/index-B1a2.js')).body).toBe('start()');
    expect((await get('/api/overview')).status).toBe(200);
  });

  it.each([VersioningType.HEADER, VersioningType.MEDIA_TYPE])(
    'ask for no version where the app has them otherwise: %s',
    async (type) => {
      const { get } = await startDashboard({
        platform,
        ui: UI,
        configure: (nest) =>
          nest.enableVersioning(
            type === VersioningType.HEADER
              ? { type, header: 'x-version', defaultVersion: '7' }
              : { type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '7' },
          ),
      });
      expect((await get('/')).body).toBe(UI['index.html']);
      expect((await get('/api/overview')).status).toBe(200);
    },
  );

  it('lie there as well where the router tells no slash from none', async () => {
    const { get } = await startDashboard({ platform, ui: UI, router: { ignoreTrailingSlash: true } });
    expect((await get('/')).body).toBe(UI['index.html']);
    expect((await get('')).headers.get('location')).toBe('./jobs/');
  });

  it('may be all of an app', async () => {
    const { get, url } = await startDashboard({ platform, ui: UI, dashboard: { path: '/' }, at: '' });
    expect(url).toMatch(/:\d+$/);
    expect((await get('/')).body).toBe(UI['index.html']);
    expect((await get('/api/overview')).status).toBe(200);
  });
});
