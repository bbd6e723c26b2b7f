"""One libtorrent node for the measurements: libtorrent_node.py seed|leech TORRENT DIRECTORY ADDRESS [super]

Says READY when it could start (a seed has checked its file), a leech starts at a line on standard input and says DONE EPOCH
when the last piece is verified. Stays until it is killed. Needs Debian's python3-libtorrent.
"""
import sys
import threading
import time

import libtorrent as lt

role, torrent, directory, address = sys.argv[1:5]
session = lt.session({
    'listen_interfaces': address + ':6881',
    'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
    'enable_outgoing_utp': False, 'enable_incoming_utp': False, 'out_enc_policy': 2, 'in_enc_policy': 2,
    'min_announce_interval': 1, 'min_reconnect_time': 1,
    'unchoke_slots_limit': -1, 'max_out_request_queue': 2000, 'aio_threads': 4, 'hashing_threads': 2,
})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(torrent)
params.save_path = directory
params.flags &= ~lt.torrent_flags.auto_managed
params.flags &= ~lt.torrent_flags.paused
if 'super' in sys.argv:
    params.flags |= lt.torrent_flags.super_seeding
if role == 'leech':
    print('READY', flush=True)
    sys.stdin.readline()
handle = session.add_torrent(params)
while not handle.status().is_seeding:
    time.sleep(0.02)
print('READY' if role == 'seed' else 'DONE %.3f' % time.time(), flush=True)
threading.Event().wait()
