-- wrk script: announces of many peers, spread over swarms, half of them seeds. Arguments after "--": how many peers; a word "close" if every request
-- asks for a connection of its own; one infohash a word, 40 hexadecimal digits. Requests are made before the clock runs.
local hashes, headers, requests = {}, {}, {}
local counter, peers = 0, 0

local function escape(hex)
    return (hex:gsub("%x%x", "%%%0"))
end

function init(args)
    peers = tonumber(args[1])
    for i = 2, #args do
        if args[i] == "close" then
            headers["Connection"] = "close"
        else
            hashes[#hashes + 1] = escape(args[i])
        end
    end
    for peer = 0, peers - 1 do
        requests[peer] = wrk.format("GET", string.format(
            "/announce?info_hash=%s&peer_id=-WK0001-%012d&port=%d&uploaded=0&downloaded=0&left=%d&compact=1&numwant=50",
            hashes[peer % #hashes + 1], peer, 1024 + peer, math.floor(peer / #hashes) % 2), headers)
    end
end

function request()
    counter = counter + 1
    return requests[counter % peers]
end
