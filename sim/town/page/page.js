'use strict'
// The citizen's phone: microphone and loudspeaker by WebRTC to this page's server, which calls 110 as an ordinary phone.
const $ = (id) => document.getElementById(id)
let lang = 'id', state = 'idle', since = 0, ending = {}
let socket = null, pc = null, mic = null, ctx = null, muted = false
const t = (key) => texts[lang][key] ?? texts.id[key] ?? key

function texting() {
  document.documentElement.lang = lang
  document.title = t('title')
  for (const e of document.querySelectorAll('[data-text]')) e.textContent = t(e.dataset.text)
  $('lang').textContent = t('other')
  $('lang').lang = lang === 'id' ? 'en' : 'id'
  $('keys').setAttribute('aria-label', t('keys'))
  const chosen = $('place').value
  $('place').replaceChildren(option('', t('none')), ...places.map((p, i) => option(String(i), p[0])), option('own', t('own')))
  $('place').value = chosen || (chosen === '' && $('place').dataset.touched ? '' : '0')
  show()
}

function option(value, text) {
  const o = document.createElement('option')
  o.value = value
  o.textContent = text
  return o
}

function show() {
  document.body.dataset.state = state
  $('stateText').textContent = t(state)
  let hint = t('hint' + state[0].toUpperCase() + state.slice(1))
  if (hint.startsWith('hint')) hint = ''
  if (state === 'ended' && ending.by) hint = t('by' + ending.by) + (ending.status ? ` (${t('status')} ${ending.status})` : '')
  $('hint').textContent = hint
  const busy = !['idle', 'ended'].includes(state)
  $('call').disabled = busy
  $('hangup').disabled = !busy || state === 'mic'
  $('mute').disabled = !busy || state === 'mic'
  $('mute').setAttribute('aria-pressed', String(muted))
  $('muteText').textContent = t(muted ? 'unmute' : 'mute')
  for (const k of $('keys').children) k.disabled = state !== 'answered'
  for (const e of $('who').elements) e.disabled = busy
}

function go(next) {
  if (next === state) return
  state = next
  since = performance.now()
  const word = { dialling: 'logDial', ringing: 'logRinging', early: 'logEarly', answered: 'logAnswered', ended: 'logEnded' }[next]
  if (word) log(t(word))
  show()
}

function log(text) {
  const li = document.createElement('li'), time = document.createElement('time')
  time.textContent = new Date().toLocaleTimeString('id-ID')
  li.append(time, text)
  $('log').prepend(li)
  while ($('log').children.length > 6) $('log').lastChild.remove()
}

function fail(code) {
  $('error').textContent = t('e_' + code)
  $('error').hidden = false
}

async function open() {
  if (socket?.readyState === WebSocket.OPEN) return
  socket = new WebSocket(`wss://${location.host}/call`)
  socket.onmessage = (e) => said(JSON.parse(e.data))
  socket.onclose = () => {
    if (!['idle', 'ended'].includes(state)) {
      ending = { by: 'network' }
      fail('lost')
      over()
    }
  }
  await new Promise((ok, no) => {
    socket.onopen = ok
    socket.onerror = no
  })
}

function said(m) {
  if (m.t === 'answer') pc?.setRemoteDescription({ type: 'answer', sdp: m.sdp }).catch(() => fail('no_audio'))
  if (m.t === 'error') {
    fail(m.code)
    if (!['ringing', 'early', 'answered'].includes(state)) over('idle')
  }
  if (m.t === 'state') {
    if (m.state === 'ended') {
      ending = m
      over()
    } else go(m.state)
  }
}

function over(next = 'ended') {
  pc?.close()
  pc = null
  for (const track of mic?.getTracks() ?? []) track.stop()
  mic = null
  muted = false
  $('sound').srcObject = null
  go(next)
}

function place() {
  const v = $('place').value
  if (v === '') return null
  if (v !== 'own') {
    const [, lat, lng, radius] = places[Number(v)]
    return { lat, lng, radius }
  }
  const number = (id) => ($(id).value.trim() === '' ? Number.NaN : Number($(id).value.trim().replace(',', '.')))
  const lat = number('lat'), lng = number('lng')
  if (!(Math.abs(lat) <= 90 && Math.abs(lng) <= 180)) throw new Error('bad_place')
  return { lat, lng, radius: 30 }
}

async function call() {
  if (!['idle', 'ended'].includes(state)) return
  $('error').hidden = true
  ending = {}
  let where = null
  try {
    where = place()
  } catch {
    return fail('bad_place')
  }
  go('mic')
  try {
    mic = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } })
  } catch {
    fail('no_mic')
    return over('idle')
  }
  try {
    await open()
    go('dialling')
    pc = new RTCPeerConnection()
    pc.ontrack = (e) => {
      const stream = new MediaStream([e.track])
      $('sound').srcObject = stream
      meter(stream, 'meterIn')
    }
    for (const track of mic.getTracks()) pc.addTrack(track, mic)
    meter(mic, 'meterOut')
    await pc.setLocalDescription()
    const line = pc
    await new Promise((ok) => {
      const done = () => line.iceGatheringState === 'complete' && ok()
      line.onicegatheringstatechange = done
      done()
      setTimeout(ok, 1500)
    })
    socket.send(JSON.stringify({
      t: 'call', sdp: pc.localDescription.sdp, number: $('number').value, name: $('name').value, withheld: $('withheld').checked, place: where,
    }))
  } catch {
    fail('lost')
    over('idle')
  }
}

function hangup() {
  if (['dialling', 'ringing', 'early', 'answered'].includes(state)) socket?.send(JSON.stringify({ t: 'hangup' }))
}

function press(key) {
  if (state !== 'answered') return
  socket.send(JSON.stringify({ t: 'key', key }))
  log(`${t('logKey')} ${key}`)
}

function mute() {
  muted = !muted
  for (const track of mic?.getTracks() ?? []) track.enabled = !muted
  show()
}

// A row of bars that follows the sound of a stream.
function meter(stream, id) {
  ctx ??= new AudioContext()
  ctx.resume()
  const an = ctx.createAnalyser(), box = $(id)
  an.fftSize = 512
  ctx.createMediaStreamSource(stream).connect(an)
  const wave = new Float32Array(an.fftSize)
  const [track] = stream.getAudioTracks()
  const draw = () => {
    if (track.readyState === 'ended') {
      for (const bar of box.children) bar.className = ''
      return
    }
    an.getFloatTimeDomainData(wave)
    const loud = Math.sqrt(wave.reduce((sum, v) => sum + v * v, 0) / wave.length)
    const lit = Math.max(0, Math.min(box.children.length, Math.round((20 * Math.log10(loud + 1e-6) + 55) / 3)))
    ;[...box.children].forEach((bar, i) => { bar.className = i < lit ? 'on' : '' })
    requestAnimationFrame(draw)
  }
  draw()
}

function clock() {
  const s = state === 'idle' || state === 'mic' ? 0 : Math.floor((performance.now() - since) / 1000)
  if (state !== 'ended') $('clock').textContent = `${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}`
}

for (const id of ['meterIn', 'meterOut']) for (let i = 0; i < 16; i++) $(id).append(document.createElement('i'))
for (const k of '123456789*0#') {
  const b = document.createElement('button')
  b.type = 'button'
  b.textContent = k
  b.addEventListener('click', () => press(k))
  $('keys').append(b)
}
$('call').addEventListener('click', call)
$('hangup').addEventListener('click', hangup)
$('mute').addEventListener('click', mute)
$('who').addEventListener('submit', (e) => { e.preventDefault(); call() })
$('lang').addEventListener('click', () => { lang = lang === 'id' ? 'en' : 'id'; texting() })
$('theme').addEventListener('click', () => document.documentElement.classList.toggle('light'))
$('place').addEventListener('change', () => { $('place').dataset.touched = '1'; $('point').hidden = $('place').value !== 'own' })
$('here').addEventListener('click', () => {
  const no = () => fail('no_here')
  if (!navigator.geolocation) return no()
  navigator.geolocation.getCurrentPosition((p) => {
    $('place').value = 'own'
    $('place').dataset.touched = '1'
    $('point').hidden = false
    $('lat').value = p.coords.latitude.toFixed(5)
    $('lng').value = p.coords.longitude.toFixed(5)
  }, no, { timeout: 8000 })
})
document.addEventListener('keydown', (e) => {
  const typing = e.target.matches('input, select')
  if (e.key === 'Escape') hangup()
  else if (e.key === 'Enter' && !e.target.matches('button')) { e.preventDefault(); call() }
  else if (!typing && /^[0-9*#]$/.test(e.key)) press(e.key)
  else if (!typing && e.key.toLowerCase() === 'm' && !$('mute').disabled) mute()
})
if (matchMedia('(prefers-color-scheme: light)').matches) document.documentElement.classList.add('light')
setInterval(clock, 200)
texting()
