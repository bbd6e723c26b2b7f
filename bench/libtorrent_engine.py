"""One libtorrent node for bench/run engine: libtorrent_engine.py seed|leech DIRECTORY_OF_TORRENTS DIRECTORY ADDRESS

Checks its files, says READY, connects to the addresses on the next line of standard input, says DONE EPOCH when all is
verified, stays until standard input ends. Needs Debian's python3-libtorrent.
"""
import glob
import sys
import time

import libtorrent as lt

role, torrents, directory, address = sys.argv[1:5]
session = lt.session({
    'listen_interfaces': address + ':6881', 'outgoing_interfaces': address,
    'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
    'enable_outgoing_utp': False, 'enable_incoming_utp': False, 'out_enc_policy': 2, 'in_enc_policy': 2,
    'allow_multiple_connections_per_ip': True, 'min_reconnect_time': 1,
    'unchoke_slots_limit': -1, 'max_out_request_queue': 2000, 'aio_threads': 4, 'hashing_threads': 2,
})
handles = []
for torrent in sorted(glob.glob(torrents + '/*.torrent')):
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = directory
    params.flags &= ~lt.torrent_flags.auto_managed
    params.flags &= ~lt.torrent_flags.paused
    handles.append(session.add_torrent(params))
checking = (lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data)
while any(handle.status().state in checking for handle in handles):
    time.sleep(0.02)
print('READY', flush=True)
for peer in sys.stdin.readline().split():
    for handle in handles:
        handle.connect_peer((peer, 6881))
while not all(handle.status().is_seeding for handle in handles):
    time.sleep(0.01)
print('DONE %.3f' % time.time(), flush=True)
sys.stdin.readline()
