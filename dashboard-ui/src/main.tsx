import { render } from 'preact';
import { goLive } from './api/live.js';
import { App } from './app.js';
import './styles/base.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/tables.css';
import './styles/pages.css';

goLive();
render(<App />, document.getElementById('app')!);
