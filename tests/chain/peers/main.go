// Judges what our log publishes with the packages of Go's checksum database: golang.org/x/mod/sumdb/{note,tlog}.
// Reads a JSON list of cases, writes a JSON list of verdicts. Of ours are only the readers of a checkpoint's and a proof's lines.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type Case struct {
	Kind string `json:"kind"`

	// A note, or a proof with the note below it; Need: how many of the witnesses must have signed.
	Data      []byte   `json:"data"`
	Logs      []string `json:"logs"`
	Witnesses []string `json:"witnesses"`
	Need      int      `json:"need"`
	Entry     []byte   `json:"entry"`

	// Proofs and trees.
	Leaf    []byte            `json:"leaf"`
	Index   int64             `json:"index"`
	Size    int64             `json:"size"`
	Root    []byte            `json:"root"`
	OldSize int64             `json:"old_size"`
	OldRoot []byte            `json:"old_root"`
	Hashes  [][]byte          `json:"hashes"`
	Tiles   map[string][]byte `json:"tiles"`
	Records []int64           `json:"records"`
	Olds    []int64           `json:"olds"`
}

type Verdict struct {
	OK     bool              `json:"ok"`
	Why    string            `json:"why"`
	Signed []string          `json:"signed"`
	Proofs map[string][]byte `json:"proofs,omitempty"`
}

func main() {
	var cases []Case
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	verdicts := make([]Verdict, len(cases))
	for i, c := range cases {
		verdicts[i] = judge(c)
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func judge(c Case) Verdict {
	var err error
	v := Verdict{}
	switch c.Kind {
	case "note":
		v.Signed, _, err = open(c.Data, c)
	case "inclusion":
		err = inclusion(c)
	case "consistency":
		err = consistency(c)
	case "tree":
		v.Proofs, err = tree(c)
	case "proof":
		v.Signed, err = proof(c)
	default:
		err = errors.New("no such kind of case")
	}
	v.OK = err == nil
	if err != nil {
		v.Why = err.Error()
	}
	return v
}

// A witness's key as a note.Verifier: algorithm 0x04, a timestamp before the signature, both under the header cosignature/v1.
type cosigner struct {
	name    string
	hash    uint32
	key     ed25519.PublicKey
	seconds *uint64
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	*c.seconds = binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", *c.seconds, msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func newCosigner(vkey string) (cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, errors.New("not a verifier key")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 33 || data[0] != 4 {
		return cosigner{}, errors.New("not a witness's key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return cosigner{}, errors.New("the id does not fit")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), data[1:], new(uint64)}, nil
}

// Who signed the note, with the times of the witnesses; its text.
func open(data []byte, c Case) ([]string, string, error) {
	var all []note.Verifier
	logs, seen := map[uint32]bool{}, map[uint32]cosigner{}
	for _, vkey := range c.Logs {
		one, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, "", err
		}
		logs[one.KeyHash()] = true
		all = append(all, one)
	}
	for _, vkey := range c.Witnesses {
		one, err := newCosigner(vkey)
		if err != nil {
			return nil, "", err
		}
		seen[one.hash] = one
		all = append(all, one)
	}
	opened, err := note.Open(data, note.VerifierList(all...))
	if err != nil {
		return nil, "", err
	}
	signed, log, witnesses := []string{}, false, 0
	for _, sig := range opened.Sigs {
		if logs[sig.Hash] {
			log = true
			signed = append(signed, sig.Name)
		} else {
			witnesses++
			signed = append(signed, fmt.Sprintf("%s %d", sig.Name, *seen[sig.Hash].seconds))
		}
	}
	if !log {
		return nil, "", errors.New("not signed by the log")
	}
	if witnesses < c.Need {
		return nil, "", errors.New("not enough witnesses")
	}
	return signed, opened.Text, nil
}

func hash(data []byte) (h tlog.Hash, err error) {
	if len(data) != tlog.HashSize {
		return h, errors.New("not a hash")
	}
	copy(h[:], data)
	return h, nil
}

func hashes(all [][]byte) ([]tlog.Hash, error) {
	made := []tlog.Hash{}
	for _, one := range all {
		h, err := hash(one)
		if err != nil {
			return nil, err
		}
		made = append(made, h)
	}
	return made, nil
}

func inclusion(c Case) error {
	path, err := hashes(c.Hashes)
	if err != nil {
		return err
	}
	ends, err := hashes([][]byte{c.Root, c.Leaf})
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, c.Size, ends[0], c.Index, ends[1])
}

func consistency(c Case) error {
	path, err := hashes(c.Hashes)
	if err != nil {
		return err
	}
	ends, err := hashes([][]byte{c.Root, c.OldRoot})
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, c.Size, ends[0], c.OldSize, ends[1])
}

// Our tiles, under our addresses: those of Go without the height.
type tiles map[string][]byte

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	made := [][]byte{}
	for _, one := range wanted {
		path := strings.Replace(one.Path(), "tile/8/", "tile/", 1)
		data, ok := t[path]
		if !ok {
			return nil, errors.New("no " + path)
		}
		made = append(made, data)
	}
	return made, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// The proofs Go makes out of our tiles. Its reader leaves up to two tiles unchecked before v0.40 (CVE-2026-56865), and Debian's is one of
// those: so every proof is checked against the root as well.
func tree(c Case) (map[string][]byte, error) {
	root, err := hash(c.Root)
	if err != nil {
		return nil, err
	}
	reader := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: root}, tiles(c.Tiles))
	made := map[string][]byte{}
	for _, n := range c.Records {
		path, err := tlog.ProveRecord(c.Size, n, reader)
		if err != nil {
			return nil, err
		}
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckRecord(path, c.Size, root, n, leaf[0]); err != nil {
			return nil, err
		}
		made[fmt.Sprintf("record %d", n)] = joined(path)
	}
	for _, n := range c.Olds {
		path, err := tlog.ProveTree(c.Size, n, reader)
		if err != nil {
			return nil, err
		}
		old, err := tlog.TreeHash(n, reader)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckTree(path, c.Size, root, n, old); err != nil {
			return nil, err
		}
		made[fmt.Sprintf("tree %d", n)] = joined(path)
	}
	return made, nil
}

func joined(path []tlog.Hash) []byte {
	made := []byte{}
	for _, one := range path {
		made = append(made, one[:]...)
	}
	return made
}

// A .tlog-proof (C2SP tlog-proof): its lines read here, its note and its path judged by Go.
func proof(c Case) ([]string, error) {
	cut := bytes.Index(c.Data, []byte("\n\n"))
	if cut < 0 {
		return nil, errors.New("no proof")
	}
	rows := strings.Split(string(c.Data[:cut]), "\n")
	if rows[0] != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("no proof of this version")
	}
	rows = rows[1:]
	entry := c.Entry
	if len(rows) > 0 && strings.HasPrefix(rows[0], "extra ") {
		data, err := base64.StdEncoding.Strict().DecodeString(rows[0][6:])
		if err != nil {
			return nil, err
		}
		if entry == nil {
			var extra struct {
				Entry string `json:"entry"`
			}
			if err := json.Unmarshal(data, &extra); err != nil {
				return nil, err
			}
			entry = []byte(extra.Entry)
		}
		rows = rows[1:]
	}
	if len(rows) == 0 || !strings.HasPrefix(rows[0], "index ") {
		return nil, errors.New("no index")
	}
	index, err := number(rows[0][6:])
	if err != nil {
		return nil, err
	}
	path := tlog.RecordProof{}
	for _, row := range rows[1:] {
		one, err := tlog.ParseHash(row)
		if err != nil {
			return nil, err
		}
		path = append(path, one)
	}
	signed, text, err := open(c.Data[cut+2:], c)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return nil, errors.New("no checkpoint")
	}
	size, err := number(lines[1])
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return nil, err
	}
	return signed, tlog.CheckRecord(path, size, root, index, tlog.RecordHash(entry))
}

func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
		return 0, errors.New("not a number")
	}
	return n, nil
}
