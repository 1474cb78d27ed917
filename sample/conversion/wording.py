"""Summaries and outcomes, written anew from facts: title, field, hours, units and scheme.

The institutions' own descriptions are not used. A course with known units promises these units; any
other one promises what its field generally asks of a beginner.
"""

from collections.abc import Sequence
from typing import Final

from sample.conversion import fields

_LONGEST_OUTCOMES: Final = 8

_OUTCOMES: Final = {
    fields.BATIK: (
        "Menyiapkan kain, malam, dan pewarna sesuai rencana motif",
        "Membatik mengikuti pola hingga pelorodan dengan aman",
        "Menilai kerataan warna dan kerapian hasil batik",
    ),
    fields.LANGUAGE: (
        "Menyapa, memperkenalkan diri, dan melayani tamu dengan kalimat yang tepat",
        "Menulis surat dan pesan kerja yang singkat dan santun",
        "Menanggapi permintaan serta keluhan lewat telepon",
    ),
    fields.BUILDING: (
        "Membaca gambar kerja dan menyiapkan alat serta bahan",
        "Mengerjakan tugas di lokasi sesuai ukuran dan syarat mutu",
        "Menerapkan keselamatan kerja pada pekerjaan bangunan",
    ),
    fields.BUSINESS: (
        "Mengatur dokumen, jadwal, dan surat-menyurat kantor",
        "Melayani pelanggan dan rekan kerja secara profesional",
        "Menyusun laporan kerja sederhana dengan aplikasi perkantoran",
    ),
    fields.GARMENT: (
        "Mengambil ukuran dan menyiapkan pola serta bahan",
        "Mengoperasikan mesin jahit sesuai jenis jahitan",
        "Memeriksa kerapian jahitan dan memperbaiki cacatnya",
    ),
    fields.METHODOLOGY: (
        "Menyusun rencana sesi dan bahan ajar",
        "Membawakan sesi latihan yang melibatkan peserta",
        "Menilai kemajuan peserta dan memberi umpan balik",
    ),
    fields.TOURISM: (
        "Menyiapkan area kerja yang bersih dan memenuhi syarat higiene",
        "Melayani tamu menurut urutan layanan yang berlaku",
        "Menyelesaikan produk atau layanan sesuai standar usaha",
    ),
    fields.PROCESSING: (
        "Memilih dan membersihkan bahan baku",
        "Mengolah bahan dengan suhu dan waktu yang tepat",
        "Mengemas produk dan mencatat hasil produksi",
    ),
    fields.FARMING: (
        "Merakit sensor dan pengendali untuk lahan atau kolam",
        "Mengatur air, nutrisi, atau pakan secara otomatis",
        "Membaca data alat dan merawatnya secara berkala",
    ),
    fields.REFRIGERATION: (
        "Memasang unit pendingin beserta pipa dan kelistrikannya",
        "Mengukur tekanan, arus, dan suhu untuk menemukan gangguan",
        "Menangani refrigeran tanpa melepasnya ke udara",
    ),
    fields.BEAUTY: (
        "Menyiapkan alat, bahan, dan pelanggan secara higienis",
        "Mengerjakan riasan atau perawatan sesuai permintaan pelanggan",
        "Merapikan area kerja dan menyarankan perawatan lanjutan",
    ),
    fields.ELECTRONICS: (
        "Membaca skema rangkaian dan memilih komponen",
        "Merakit, memprogram, atau memasang perangkat sesuai rancangan",
        "Menguji perangkat dan melacak kerusakannya dengan alat ukur",
    ),
    fields.ELECTRICITY: (
        "Membaca gambar instalasi dan menyiapkan bahan",
        "Memasang atau menjalankan instalasi sesuai aturan yang berlaku",
        "Menguji instalasi dan mencatat hasil pengukuran",
    ),
    fields.MANUFACTURE: (
        "Membaca gambar teknik dan menentukan urutan pengerjaan",
        "Menyetel mesin atau perangkat lunak lalu membuat benda kerja",
        "Memeriksa ukuran benda kerja dengan alat ukur presisi",
    ),
    fields.MOTOR: (
        "Memeriksa unit sebelum dikerjakan atau dioperasikan",
        "Merawat, memperbaiki, atau mengoperasikan unit sesuai buku petunjuk",
        "Mencatat pekerjaan dan menguji hasilnya",
    ),
    fields.WELDING: (
        "Menyiapkan bahan, mesin las, dan alat pelindung diri",
        "Mengelas sambungan pada posisi yang diminta menurut prosedur tertulis",
        "Memeriksa hasil las secara visual dan memperbaiki cacatnya",
    ),
    fields.IT: (
        "Menyiapkan perangkat dan aplikasi yang dipakai dalam pekerjaan",
        "Menyelesaikan satu proyek latihan dari kebutuhan sampai hasil jadi",
        "Menguji hasil, mendokumentasikannya, dan menyerahkannya kepada pemakai",
    ),
}
_MODES: Final = {"online": "daring", "offline": "luring"}


def outcomes_of(*, field: str, units: Sequence[str]) -> list[str]:
    """List what a participant will be able to do, from the units where they are known."""
    if units:
        return [f"Menguasai unit {unit}" for unit in units[:_LONGEST_OUTCOMES]]
    return list(_OUTCOMES[field])


def summary_of(
    *,
    title: str,
    provider: str,
    field: str,
    mode: str,
    hours: int,
    units: Sequence[str],
    scheme: str,
) -> str:
    """Write a course's summary. `scheme` is the certification scheme in words, or empty."""
    sentences = [
        f"Pelatihan {_MODES[mode]} {title} dari {provider}, bidang {field}, selama {hours} jam."
    ]
    if units:
        sentences.append(f"Terdiri atas {len(units)} unit, antara lain {'; '.join(units[:3])}.")
    if scheme:
        sentences.append(f"Mengikuti skema sertifikasi {scheme}.")
    return " ".join(sentences)
