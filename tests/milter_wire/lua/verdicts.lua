-- Spam is marked, GTUBE refused, ham passed: as a client of its own making sees it.
-- miltertest keeps the text of error() to itself.
local function fail(text)
  mt.echo(text)
  error(text)
end

local conn = mt.connect(socket, 40, 0.25)
if conn == nil then fail("mt.connect() failed") end

local function message(body)
  if mt.macro(conn, SMFIC_MAIL, "i", "4LUA01") ~= nil then fail("mt.macro() failed") end
  if mt.mailfrom(conn, "<sender@elsewhere.example>") ~= nil then fail("mt.mailfrom() failed") end
  if mt.rcptto(conn, "<anna@mailbox.example>") ~= nil then fail("mt.rcptto() failed") end
  if mt.header(conn, "From", " sender@elsewhere.example") ~= nil then fail("mt.header() failed") end
  if mt.header(conn, "Subject", " Meeting on Monday") ~= nil then fail("mt.header() failed") end
  if mt.header(conn, "X-Spam", " Yes") ~= nil then fail("mt.header() failed") end
  if mt.header(conn, "Date", " Mon, 02 Nov 2026 10:00:00 +0100") ~= nil then fail("mt.header() failed") end
  if mt.header(conn, "Message-ID", " <lua@elsewhere.example>") ~= nil then fail("mt.header() failed") end
  if mt.eoh(conn) ~= nil then fail("mt.eoh() failed") end
  if mt.bodystring(conn, body .. "\r\n") ~= nil then fail("mt.bodystring() failed") end
  if mt.eom(conn) ~= nil then fail("mt.eom() failed") end
end

if mt.conninfo(conn, "mail.elsewhere.example", "198.51.100.7") ~= nil then fail("mt.conninfo() failed") end
if mt.helo(conn, "mail.elsewhere.example") ~= nil then fail("mt.helo() failed") end

message("the meeting is on Monday at ten")
if mt.getreply(conn) ~= SMFIR_CONTINUE then fail("ham: not continued") end
if mt.eom_check(conn, MT_HDRINSERT, "X-Spam") then fail("ham: marked as spam") end
-- miltertest finds deleted fields by no name at all.
if not mt.eom_check(conn, MT_HDRDELETE) then fail("ham: the foreign X-Spam stays") end
if not mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Status") then fail("ham: no X-Spam-Status") end

message("spam-marker-seven")
if mt.getreply(conn) ~= SMFIR_CONTINUE then fail("spam: not continued") end
if not mt.eom_check(conn, MT_HDRINSERT, "X-Spam", " Yes") then fail("spam: not marked") end
if mt.eom_check(conn, MT_BODYCHANGE) then fail("spam: body changed") end

message("XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")
if mt.getreply(conn) ~= SMFIR_REPLYCODE then fail("GTUBE: not refused") end

mt.disconnect(conn)
