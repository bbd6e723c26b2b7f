-- wrk script: announces of many peers, spread over swarms. Arguments after "--": one infohash a word, 40 hexadecimal digits.
-- With a first word "close" every request asks for a connection of its own.
local hashes, headers = {}, {}
local counter, peers = 0, 10000

local function escape(hex)
    return (hex:gsub("%x%x", "%%%0"))
end

function init(args)
    for i = 1, #args do
        if args[i] == "close" then
            headers["Connection"] = "close"
        else
            hashes[#hashes + 1] = escape(args[i])
        end
    end
end

function request()
    counter = counter + 1
    local peer = counter % peers
    return wrk.format("GET", string.format(
        "/announce?info_hash=%s&peer_id=-WK0001-%012d&port=%d&uploaded=0&downloaded=0&left=%d&compact=1&numwant=50",
        hashes[peer % #hashes + 1], peer, 1024 + peer % 60000, peer % 2), headers)
end
